"""/api/jsonPatches of each old service: the audit trail of updates, and what it can be given by hand."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Table, update

from shared.crud import Crud
from shared.db import Work
from shared.errors import BadRequest, NotFound
from shared.http.endpoint import Resource
from shared.http.reply import Alert, Reply
from shared.jackson import Flag, Long, Moment, Text, check_json
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import SIGNED_IN, Allow
from shared.rows import Row, text_form, value_text
from shared.serving import DELETE, serve

TEXTS = ("tableDtoName", "patchId", "patch")


class JsonPatch(Row):
    """A change to a row of some table, as an RFC 6902 text."""

    dto = "JsonPatchDTO"
    id: Long = None
    tableDtoName: Text = None
    patchId: Text = None
    patch: Text = None
    dateAdded: Moment = None
    enabled: Flag = None


class JsonPatches(Crud[JsonPatch]):
    """Patches must be JSON; a bulk update disables whatever it stores."""

    def save(self, work: Work, row: Any) -> Row:
        """Store a patch that is JSON."""
        return super().save(work, readable(row))

    def insert(self, work: Work, row: Any) -> Any:
        """Store a new patch that is JSON."""
        return super().insert(work, readable(row))

    def update_rows(self, body: Sequence[Any], work: Work) -> Reply:  # type: ignore[override]
        """Replace patches and disable them."""
        self.refuse_incomplete(body)
        saved: Any = super().update_rows([row.model_copy(update={"enabled": False}) for row in body], work)
        keys = ",".join(str(row.id) for row in saved)
        return Reply(saved, alert=Alert(self.entity, "updated", keys))

    def list_patches(self, page: PageRequest, work: Work) -> Reply:
        """A page of all patches."""
        found, total = self.rows.page(work, page, self.rows.clauses())
        return Reply(found, 200, page.headers(self.base, total))

    def list_table_patches(self, tableDtoName: str, work: Work) -> list[JsonPatch]:
        """The patches of one type's rows, the oldest first, enabled or not."""
        columns = self.rows.table.c
        wanted = (columns.tableDtoName == tableDtoName, columns.patchId.is_not(None))
        return self.rows.find(work, *wanted, order=[columns.dateAdded])

    def disable_patch(self, id: int, work: Work) -> Reply:  # noqa: A002 - the path parameter's name
        """Disable a patch, which is how patches are deleted."""
        table = self.rows.table
        if not work.write(update(table).where(table.c.id == id).values(enabled=False)).rowcount:
            raise NotFound
        return Reply(None, alert=Alert(self.entity, "deleted", str(id)))


def readable(row: JsonPatch) -> JsonPatch:
    """The row; BadRequest where its patch is not JSON."""
    try:
        check_json("null" if row.patch is None else row.patch)
    except ValueError as error:
        raise BadRequest(f"patch is not JSON: {error}.") from error
    return row


def braced_form(row: Row) -> str:
    """A patch as profile's own `toString` showed it: `JsonPatchDTO{id=null, tableDtoName='B', …}`, texts in quotes."""
    shown = {name: value_text(getattr(row, name)) for name in JsonPatch.model_fields}
    fields = ", ".join(f"{name}='{text}'" if name in TEXTS else f"{name}={text}" for name, text in shown.items())
    return f"{row.dto}{{{fields}}}"


def serve_patches(table: Table, form: Callable[[Row], str] = text_form, read: Allow = SIGNED_IN) -> Resource:
    """The endpoints of a service's patches; `form` shows one as text, where it is refused, `read` is who may see them."""
    crud = JsonPatches("jsonPatches", "jsonPatch", Collection(table, JsonPatch), ("tableDtoName",), form=form)
    routes = serve(crud, "create_row", "update_row", "get_row", "update_rows", read=read)
    many = list[JsonPatch]
    routes.endpoint("GET", "/api/jsonPatches", allow=read, gives=many)(crud.list_patches)
    routes.endpoint("GET", "/api/jsonPatches/updateType/{tableDtoName}", allow=read)(crud.list_table_patches)
    routes.endpoint("PUT", "/api/jsonPatches/{id}", allow=DELETE)(crud.disable_patch)
    return routes
