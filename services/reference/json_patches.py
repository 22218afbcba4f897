"""/api/jsonPatches: the audit trail of updates, and what it can be given by hand. Replaces JsonPatchResource."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from services.reference.crud import DIALECT, Crud
from services.reference.serving import DELETE, serve
from services.reference.tables import json_patch
from shared.db import Work
from shared.errors import BadRequest, NotFound
from shared.http.reply import Reply
from shared.jackson import Flag, Long, Moment, Text, check_json
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import SIGNED_IN
from shared.rows import Row


class JsonPatch(Row):
    """A change to a row of some table, as an RFC 6902 text."""

    dto = "JsonPatchDTO"
    id: Long = None
    tableDtoName: Text = None
    patchId: Text = None
    patch: Text = None
    dateAdded: Moment = None
    enabled: Flag = None


rows = Collection(json_patch, JsonPatch)


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
        saved = super().update_rows([row.model_copy(update={"enabled": False}) for row in body], work)
        keys = ",".join(str(row.id) for row in saved)
        return Reply(saved, 200, DIALECT.alert(self.entity, "updated", keys))


def readable(row: JsonPatch) -> JsonPatch:
    """The row; BadRequest where its patch is not JSON."""
    try:
        check_json("null" if row.patch is None else row.patch)
    except ValueError as error:
        raise BadRequest(f"patch is not JSON: {error}.") from error
    return row


crud = JsonPatches("jsonPatches", "jsonPatch", rows, ("tableDtoName",))
routes = serve(crud, "create_row", "update_row", "get_row", "update_rows")


@routes.endpoint("GET", "/api/jsonPatches", allow=SIGNED_IN, gives=list[JsonPatch])
def list_json_patches(page: PageRequest, work: Work) -> Reply:
    """A page of all patches."""
    found, total = rows.page(work, page, rows.clauses())
    return Reply(found, 200, page.headers(crud.base, total))


@routes.endpoint("GET", "/api/jsonPatches/updateType/{tableDtoName}", allow=SIGNED_IN)
def list_table_patches(tableDtoName: str, work: Work) -> list[JsonPatch]:
    """The patches of one type's rows, the oldest first, enabled or not."""
    wanted = (json_patch.c.tableDtoName == tableDtoName, json_patch.c.patchId.is_not(None))
    return rows.find(work, *wanted, order=[json_patch.c.dateAdded])


@routes.endpoint("PUT", "/api/jsonPatches/{id}", allow=DELETE)
def disable_json_patch(id: int, work: Work) -> Reply:  # noqa: A002 - the path parameter's name
    """Disable a patch, which is how patches are deleted."""
    if not work.write(update(json_patch).where(json_patch.c.id == id).values(enabled=False)).rowcount:
        raise NotFound
    return Reply(None, 200, DIALECT.alert(crud.entity, "deleted", str(id)))
