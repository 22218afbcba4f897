"""/api/roles and /api/restricted-roles: sets of permissions that users hold. Replaces RoleResource."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select

from services.profile.naming import created, hold, refuse_unknown, stored_names, updated
from services.profile.permissions import DELETE, MODIFY, VIEW, Permission
from services.profile.permissions import rows as permissions
from services.profile.tables import is_active, permission, role, role_permission, user, user_role
from shared.audit import record_update
from shared.crud import refuse_faults
from shared.db import Work
from shared.errors import BadRequest, FieldError, NotFound, Refused
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.jackson import Text
from shared.lookup import Collection, portions
from shared.paging import PageRequest
from shared.principals import Principal
from shared.rows import Row

RESTRICTED = ("HEE", "Machine User", "RVOfficer")  # left out of a list on demand, and nothing else


class Role(Row):
    """A role and the permissions that it gives; in bodies they count by their names alone."""

    dto = "RoleDTO"
    name: Text = None
    permissions: list[Permission] | None = None


rows = Collection(role, Role, key="name")
routes = Resource()

SELECT_NAME = select(role.c.name).where(role.c.name == bindparam("name"))
SELECT_HELD = (
    select(role_permission.c.roleName, *(permissions.column(name) for name in permissions.own_fields))
    .join(permission, permission.c.name == role_permission.c.permissionName)
    .where(role_permission.c.roleName.in_(bindparam("names", expanding=True)))
)
SELECT_HOLDER = (
    select(user.c.name)
    .join(user_role, user_role.c.userName == user.c.name)
    .where(user_role.c.roleName == bindparam("name"), is_active)
    .limit(1)
)


def held_permissions(work: Work, names: Iterable[str]) -> Mapping[str, list[Permission]]:
    """The permissions of some roles. A link counts only for the role as it is spelled: two of the old rows are not."""
    held: dict[str, list[Permission]] = defaultdict(list)
    for some in portions(list(dict.fromkeys(names))):
        for link in work.rows(SELECT_HELD, {"names": some}):
            held[link[0]].append(permissions.read(link[1:]))
    return held


def complete(work: Work, names: Sequence[str]) -> list[Role]:
    """The roles with some names, their permissions with them."""
    held = held_permissions(work, names)
    return [Role.model_construct(name=name, permissions=held.get(name, [])) for name in names]


def check_role(body: Role) -> None:
    """Refuse a role without a name."""
    refuse_faults([FieldError("roleDTO", "name", "NotNull")] if body.name is None else ())


def known_permissions(work: Work, body: Role) -> list[str]:
    """The names of the permissions in a body as they are stored; the first one that there is not is refused."""
    names = named_permissions(body)
    known = stored_names(work, permission.c.name, names)
    for name in names:
        if name not in known:
            raise Refused(f"Invalid Permission name: {'null' if name is None else name}")
    return list(dict.fromkeys(known.values()))


def named_permissions(body: Role) -> list[str | None]:
    """The names of the permissions in a body; each must come with its actions, which are not looked at."""
    found = body.permissions or []
    if any(one.actions is None for one in found):
        raise BadRequest("A permission in permissions has no actions.")
    return [one.name for one in found]


def store(work: Work, body: Role, stored: str | None, held: Sequence[str]) -> None:
    """Store a role that is held, and what it gives, in place of what it gave."""
    if stored is None:
        work.write(insert(role), {"name": body.name})
    else:
        work.write(delete(role_permission).where(role_permission.c.roleName == stored))
    if held:
        links = [{"roleName": stored or body.name, "permissionName": name} for name in held]
        work.write(insert(role_permission), links)


def echo(work: Work, body: Role, held: Sequence[str]) -> Role:
    """A role as it was sent, its permissions as they are stored."""
    if body.permissions is None:
        return body
    found = permissions.find_any(work, permission.c.name, held)
    return body.model_copy(update={"permissions": found})


@routes.endpoint("POST", "/api/roles", allow=MODIFY, gives=Role, statuses=(201,), check=check_role)
def create_role(body: Role, work: Work) -> Reply:
    """Store a role, in place of one with the same name."""
    held = known_permissions(work, body)
    store(work, body, hold(work, role.c.name, body.name), held)
    return created("role", "roles", echo(work, body, held), body.name)


@routes.endpoint("PUT", "/api/roles", allow=MODIFY, gives=Role, statuses=(200, 201), check=check_role)
def update_role(body: Role, work: Work, principal: Principal) -> Reply:
    """As a create, with an audit row; 200 where the role was there. Only the ETL may make a new role so."""
    held = known_permissions(work, body)
    name = hold(work, role.c.name, body.name)
    stored = None if name is None else complete(work, [name])[0]
    refuse_unknown(stored, principal)
    record_update(work, rows, principal, stored, body)
    store(work, body, name, held)
    saved = echo(work, body, held)
    return updated("role", saved, body.name) if stored else created("role", "roles", saved, body.name)


@routes.endpoint("GET", "/api/roles", allow=VIEW, gives=list[Role])
def list_roles(page: PageRequest, exclude_restricted: bool | None, work: Work) -> Reply:
    """A page of all roles, or of those that are not restricted."""
    clauses = rows.clauses()
    if exclude_restricted:
        clauses.add(role.c.name.not_in(RESTRICTED))
    work.snapshot()
    found, total = rows.page(work, page, clauses)
    roles = complete(work, [one.name for one in found if one.name is not None])
    return Reply(roles, 200, page.headers("/api/roles", total))


@routes.endpoint("GET", "/api/restricted-roles", allow=VIEW)
def list_restricted_roles() -> list[str]:
    """The names of the restricted roles."""
    return list(RESTRICTED)


@routes.endpoint("GET", "/api/roles/{name}", allow=VIEW, statuses=(200, 404))
def get_role(name: str, work: Work) -> Role:
    """A role by its name, told as it was asked for: with what is held under that very spelling."""
    if work.row(SELECT_NAME, {"name": name}) is None:
        raise NotFound
    return complete(work, [name])[0]


@routes.endpoint("DELETE", "/api/roles/{name}", allow=DELETE, statuses=(204, 400, 404))
def delete_role(name: str, work: Work) -> Reply:
    """Delete a role, which users who are not active lose; refused while an active user has it."""
    hold(work, role.c.name, name)
    if work.row(SELECT_HOLDER, {"name": name}) is not None:
        raise Refused(f"This role: {name} cann't be deleted as it's associated with users")
    if not rows.delete(work, name):
        raise NotFound
    return Reply(None, 204)
