"""/api/permissions: what roles are made of, each a name and a policy. Replaces PermissionResource."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import WithJsonSchema
from sqlalchemy import insert

from services.profile.naming import created, hold, refuse_unknown
from services.profile.tables import permission
from shared.audit import record_update
from shared.crud import refuse_faults
from shared.db import Work
from shared.errors import FieldError, NotFound
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.jackson import Text, reader
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import Authority, Principal
from shared.rows import Row

VIEW = Authority("profile:view:entities")
MODIFY = Authority("profile:add:modify:entities")
DELETE = Authority("profile:delete:entities")

KINDS = (
    *("INTERNAL", "CONCERN", "CONNECTION", "NOTIFICATION", "PROFILE", "PCS", "PP"),
    *("REVALIDATION", "REFERENCE", "PERSON", "ASSESSMENT", "DOCUMENT", "POST"),
)
REQUIRED = ("name", "principal", "resource", "actions", "effect")


def read_kind(value: Any) -> str | None:
    """The kind by its name or by its place in the list."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(KINDS):
        return KINDS[value]
    if value in (*KINDS, None):
        return value  # type: ignore[no-any-return]
    raise ValueError(value)


Kind = Annotated[
    str | None,
    reader(read_kind, "a kind of permission"),
    WithJsonSchema({"anyOf": [{"enum": list(KINDS)}, {"type": "null"}]}),
]


class Permission(Row):
    """A permission: a name that roles hold, and the policy behind it."""

    dto = "PermissionDTO"
    name: Text = None
    type: Kind = None
    description: Text = None
    principal: Text = None
    resource: Text = None
    actions: list[Text] | None = None
    effect: Text = None


class Permissions(Collection[Permission]):
    """Their actions lie in one column, joined by commas."""

    def read(self, values: Any) -> Permission:
        """A row with its actions parted."""
        found = super().read(values)
        found.actions = parted(found.actions)
        return found

    def values(self, row: Permission) -> dict[str, Any]:
        """The columns of a row, its actions joined."""
        return {**super().values(row), "actions": joined(row.actions or ())}


def parted(actions: Any) -> list[Any]:
    """The actions of a column; empty ones at the end are dropped, as Java's split does."""
    return list(actions.rstrip(",").split(",")) if actions.strip(",") or not actions else []


def joined(actions: Iterable[str | None]) -> str:
    """Actions as a column holds them; null is written as Java writes it."""
    return ",".join("null" if action is None else action for action in actions)


rows = Permissions(permission, Permission, key="name")
routes = Resource()


def check_permission(body: Permission) -> None:
    """Refuse a permission that lacks something."""
    refuse_faults(FieldError("permissionDTO", name, "NotNull") for name in REQUIRED if getattr(body, name) is None)


def store(work: Work, row: Permission, stored: str | None) -> None:
    """Store a permission, in place of the one that is held, whose name keeps its spelling."""
    if stored is None:
        work.write(insert(permission), rows.values(row))
    else:
        rows.replace(work, row.model_copy(update={"name": stored}))


def as_stored(body: Permission) -> Permission:
    """A permission as it is read again: an action with a comma in it has become two."""
    return body.model_copy(update={"actions": parted(joined(body.actions or ()))})


@routes.endpoint("POST", "/api/permissions", allow=MODIFY, gives=Permission, statuses=(201,), check=check_permission)
def create_permission(body: Permission, work: Work) -> Reply:
    """Store a permission, in place of one with the same name."""
    store(work, body, hold(work, permission.c.name, body.name))
    return created("permission", "permissions", as_stored(body), body.name)


@routes.endpoint("PUT", "/api/permissions", allow=MODIFY, gives=Permission, statuses=(201,), check=check_permission)
def update_permission(body: Permission, work: Work, principal: Principal) -> Reply:
    """As a create, with an audit row; only the ETL may make a new permission so."""
    name = hold(work, permission.c.name, body.name)
    stored = None if name is None else rows.get(work, name)
    refuse_unknown(stored, principal)
    record_update(work, rows, principal, stored, body)
    store(work, body, name)
    return created("permission", "permissions", as_stored(body), body.name)


@routes.endpoint("GET", "/api/permissions", allow=VIEW, gives=list[Permission])
def list_permissions(page: PageRequest, work: Work) -> Reply:
    """A page of all permissions."""
    found, total = rows.page(work, page, rows.clauses())
    return Reply(found, 200, page.headers("/api/permissions", total))


@routes.endpoint("GET", "/api/permissions/{name}", allow=VIEW, statuses=(200, 404))
def get_permission(name: str, work: Work) -> Permission:
    """A permission by its name in any spelling that the database takes for the same, told as it was asked for."""
    found = rows.get(work, name)
    if found is None:
        raise NotFound
    return found.model_copy(update={"name": name})


@routes.endpoint("DELETE", "/api/permissions/{name}", allow=DELETE, statuses=(204, 404, 409))
def delete_permission(name: str, work: Work) -> Reply:
    """Delete a permission, which roles lose; refused while another permission requires it, or it requires one."""
    if not rows.delete(work, name):
        raise NotFound
    return Reply(None, 204)
