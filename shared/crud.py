"""The endpoints that nearly every collection has: create, update, list, get, delete, and two in bulk."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic
from urllib.parse import quote
from uuid import uuid4

from shared.audit import record_update
from shared.db import Work
from shared.errors import FieldError, HeaderRefusal, Invalid, NotFound
from shared.filters import read_filters, read_search
from shared.http.binding import PathUuid
from shared.http.endpoint import Resource
from shared.http.reply import Alert, Reply
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import Principal
from shared.rows import Model, Row, is_uuid, text_form


@dataclass
class Crud(Generic[Model]):
    """A collection behind `/api/{path}`; `entity` is its name in alert headers.

    `required` are the fields that may not be null, `id_in_groups` says that the id is judged like them, `link` stands
    in `Link` headers where it is not the path, `form` shows rows as text. Collections with rules of their own override `prepare` and the like.
    """

    path: str
    entity: str
    rows: Collection[Model]
    required: tuple[str, ...] = ("code", "label")
    link: str = ""
    id_in_groups: bool = False
    decode_filters: bool = False
    result_params: bool = False
    form: Callable[[Row], str] = text_form
    routes: Resource = field(default_factory=Resource)

    @property
    def base(self) -> str:
        """The path that `Link` headers tell."""
        return f"/api/{self.link or self.path}"

    @property
    def location(self) -> str:
        """The path below which new rows are said to be."""
        return f"/api/{self.path}"

    @property
    def key_type(self) -> Any:
        """The kind of the rows' ids."""
        return PathUuid if is_uuid(self.rows.column("id")) else int

    def prepare(self, work: Work, row: Any) -> Any:  # noqa: ARG002 - for those that look into the database
        """The collection's own validator: refuses a single row to be stored, or gives it, perhaps changed."""
        return row

    def prepare_new(self, row: Any) -> Any:
        """A row that is about to be created singly."""
        return row

    def faults(self, row: Any, *, creating: bool) -> Iterable[FieldError]:
        """The constraints of the body that are broken."""
        name = row.dto if row.dto[:2].isupper() else row.dto[0].lower() + row.dto[1:]
        if self.id_in_groups and creating == (row.id is not None):
            yield FieldError(name, "id", "Null" if creating else "NotNull")
        for required in self.required:
            if getattr(row, required) is None:
                yield FieldError(name, required, "NotNull")

    def check_create(self, row: Any) -> None:
        """Refuse a body that breaks the constraints of a create."""
        refuse_faults(self.faults(row, creating=True))

    def check_update(self, row: Any) -> None:
        """Refuse a body that breaks the constraints of an update."""
        refuse_faults(self.faults(row, creating=False))

    def create_row(self, body: Any, work: Work) -> Reply:
        """Store a new row and give it back as sent, with its id."""
        row = self.prepare_new(self.prepare(work, body))
        if row.id is not None:
            raise HeaderRefusal(key="error.idexists", params=self.entity)
        stored = row.model_copy(update={"id": self.insert(work, row)})
        return self.created(stored, str(stored.id))

    def created(self, row: Any, key: str) -> Reply:
        """The answer to a create: 201 with the place of the new row."""
        location = f"{self.location}/{quote(key, safe='')}"
        return Reply(row, 201, {"Location": location}, alert=Alert(self.entity, "created", key))

    def insert(self, work: Work, row: Any) -> Any:
        """Store a row under a fresh id."""
        return self.rows.insert(work, row, id=str(uuid4()) if self.key_type is PathUuid else None)

    def update_row(self, body: Any, work: Work, principal: Principal) -> Reply:
        """Replace a row; without an id it is a create."""
        stored = None if body.id is None else self.rows.get(work, body.id)
        record_update(work, self.rows, principal, stored, body)
        if body.id is None:
            return self.create_row(body, work)
        saved: Any = self.save(work, self.prepare(work, body))
        params = saved.id if self.result_params else body.id
        return Reply(saved, alert=Alert(self.entity, "updated", str(params)))

    def save(self, work: Work, row: Any) -> Row:
        """Replace the row with this id, or store it under a fresh one; give it with its parents as stored."""
        answer = self.rows.with_parents(work, row)
        if self.rows.replace(work, row):
            return answer
        return answer.model_copy(update={"id": self.insert(work, row)})

    def get_row(self, id: Any, work: Work) -> Row:  # noqa: A002 - the path parameter's name
        """One row; NotFound for an unknown id."""
        row = self.rows.get(work, id)
        if row is None:
            raise NotFound
        return row

    def delete_row(self, id: Any, work: Work) -> Reply:  # noqa: A002 - as above
        """Delete a row; an unknown id crashed the old service and is NotFound here."""
        if not self.rows.delete(work, id):
            raise NotFound
        return Reply(None, alert=Alert(self.entity, "deleted", str(id)))

    def list_rows(self, page: PageRequest, search_query: str | None, column_filters: str | None, work: Work) -> Reply:
        """A page of the rows that fit search text and filters."""
        filters = read_filters(column_filters, decode_always=self.decode_filters)
        rows, total = self.rows.page(work, page, self.rows.clauses(read_search(search_query), filters))
        return Reply(rows, 200, page.headers(self.base, total))

    def create_rows(self, body: Sequence[Any], work: Work) -> Sequence[Row]:
        """Store new rows, all or none, and give them back as sent, with their ids."""
        offending = [row for row in body if row.id is not None]
        if offending:
            raise HeaderRefusal(key="error.ids.exist", params=",".join(map(self.offender, offending)))
        return [row.model_copy(update={"id": self.insert(work, row)}) for row in body]

    def update_rows(self, body: Sequence[Any], work: Work) -> Sequence[Row]:
        """Replace rows, all or none; of rows with the same id the last one counts and is shown for each."""
        self.refuse_incomplete(body)
        saved: list[Any] = [self.save(work, row) for row in body]
        latest = {row.id: row for row in saved}
        return [latest[row.id] for row in saved]

    def offender(self, row: Any) -> str:
        """How a row that has an id, and should not, is shown in a header."""
        return str(row.id)

    def refuse_incomplete(self, body: Sequence[Any]) -> None:
        """Refuse a bulk update that is empty or has rows without an id."""
        if not body:
            raise HeaderRefusal(key="error.request.body.empty", params=self.entity)
        nameless = [row for row in body if row.id is None]
        if nameless:
            forms = ",".join(map(self.form, nameless))
            raise HeaderRefusal(key="error.bulk.update.failed.noId", params=forms, body=nameless)


def refuse_faults(faults: Iterable[FieldError]) -> None:
    """Raise Invalid where there are any."""
    found = tuple(faults)
    if found:
        raise Invalid(faults=found)
