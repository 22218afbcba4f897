"""/api/hee-users, /api/single-hee-users and /api/hee-users-with-roles. Replaces HeeUserResource."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import literal, select

from services.profile.bodies import bodies
from services.profile.naming import created, stored_names, updated
from services.profile.permissions import DELETE, MODIFY, VIEW
from services.profile.tables import is_active, role, user, user_role
from services.profile.user_rows import HeeUser, as_sets, complete, find_user, hold_user, remove, rows, store
from shared.audit import record_update
from shared.crud import refuse_faults
from shared.db import Work
from shared.errors import BadRequest, FieldError, NotFound, Refused
from shared.filters import decode_again, like_pattern, strip_invisible
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.http.request import Request
from shared.jackson import checked_text
from shared.paging import Page, PageRequest
from shared.principals import Principal

LONGEST_GMC_ID = 7

routes = Resource()


class BasicUser(BaseModel):
    """A user as lists by role show one."""

    name: str
    firstName: str | None
    lastName: str
    gmcId: str | None
    emailAddress: str


def check_user(body: HeeUser) -> None:
    """Refuse a user without a name."""
    refuse_faults([FieldError("heeUserDTO", "name", "NotNull")] if body.name is None else ())


def valid_roles(body: HeeUser, work: Work, request: Request) -> list[str]:
    """The user's roles as they are spelled; the first rule that the user breaks is refused in its own words."""
    roles = body.roles or []
    if any(permission.actions is None for one in roles for permission in one.permissions or ()):
        raise BadRequest("A permission in roles has no actions.")
    if body.gmcId is not None and len(body.gmcId) > LONGEST_GMC_ID:
        raise Refused(f"GMC Id shouldn't be greater than {LONGEST_GMC_ID} chars long")
    bodies.check(body.designatedBodyCodes or (), request.token or "", request.passed_on)
    known = stored_names(work, role.c.name, (one.name for one in roles))
    for one in roles:
        if one.name not in known:
            raise Refused(f"Invalid Role name: {'null' if one.name is None else one.name}")
    return list(dict.fromkeys(known.values()))


@routes.endpoint("POST", "/api/hee-users", allow=MODIFY, gives=HeeUser, statuses=(201, 503), check=check_user)
def create_user(body: HeeUser, work: Work, request: Request) -> Reply:
    """Store a user, in place of one with the same name; what was sent as null is answered so."""
    roles, name = valid_roles(body, work, request), body.name or ""
    store(work, body, roles, is_new=not hold_user(work, name))
    return created("heeUser", "hee-users", as_sent(find_user(work, name), body), name)


def as_sent(stored: Any, body: HeeUser) -> HeeUser:
    """The user as stored, with those lists null that were null in the body."""
    nulls = [name for name in ("roles", "associatedProgrammes") if getattr(body, name) is None]
    copy: HeeUser = stored.model_copy(update=dict.fromkeys(nulls))
    return copy


@routes.endpoint("PUT", "/api/hee-users", allow=MODIFY, gives=HeeUser, statuses=(200, 201, 503), check=check_user)
def update_user(body: HeeUser, work: Work, principal: Principal, request: Request) -> Reply:
    """Replace a user, with an audit row; one who is not there is created."""
    roles, name = valid_roles(body, work, request), body.name or ""
    stored = find_user(work, name) if hold_user(work, name) else None
    if stored is not None and (body.associatedTrusts is None or body.associatedProgrammes is None):
        raise BadRequest("associatedTrusts and associatedProgrammes must be sent, and may be empty.")
    record_update(work, rows, principal, stored and as_sets(stored), as_sets(body))
    store(work, body, roles, is_new=stored is None)
    saved: Any = find_user(work, name)
    if stored is not None:
        return updated("heeUser", saved, name)
    return created("heeUser", "hee-users", as_sent(saved, body), name)


@routes.endpoint("GET", "/api/hee-users", allow=VIEW)
def list_users(page: PageRequest, search: str | None, work: Work) -> Page[HeeUser]:
    """A page of all users, or of those whose name holds a text, active or not."""
    clauses = rows.clauses()
    if search:
        try:
            checked_text(search)
        except ValueError as error:
            raise BadRequest(f"search: {error}.") from error
        clauses.add(user.c.name.like(literal(like_pattern(search))))
    work.snapshot()
    found, total = rows.page(work, page, clauses)
    return Page.of(complete(work, found), page, total)


@routes.endpoint("GET", "/api/hee-users/{name}", allow=VIEW, statuses=(200, 404))
def get_user(name: str, work: Work) -> HeeUser:
    """A user by name."""
    found = find_user(work, name)
    if found is None:
        raise NotFound
    return found


@routes.endpoint("GET", "/api/hee-users/{name}/ignore-case", allow=VIEW)
def list_named_users(name: str, work: Work) -> list[HeeUser]:
    """The user with a name in any spelling that the database takes for the same, in a list; an empty one for none."""
    found = find_user(work, name)
    return [] if found is None else [found]


@routes.endpoint("GET", "/api/single-hee-users", allow=VIEW, statuses=(200, 404))
def get_single_user(username: str, work: Work) -> HeeUser:
    """A user by name, which is URL-decoded once more, so that it can hold no plus."""
    return get_user(strip_invisible(decode_again(strip_invisible(username))), work)


@routes.endpoint("GET", "/api/hee-users-with-roles/{roleNames}", allow=VIEW)
def list_users_with_roles(roleNames: str, work: Work) -> list[BasicUser]:
    """The active users with any of the roles, separated by commas."""
    wanted = [name.strip() for name in roleNames.split(",")]
    statement = (
        select(*(user.c[name] for name in BasicUser.model_fields))
        .join(user_role, user_role.c.userName == user.c.name)
        .where(user_role.c.roleName.in_(wanted), is_active)
        .distinct()
    )
    return [BasicUser.model_construct(**found._mapping) for found in work.rows(statement)]  # noqa: SLF001 - a public name


@routes.endpoint("DELETE", "/api/hee-users/{name}", allow=DELETE, statuses=(204, 404))
def delete_user(name: str, work: Work) -> Reply:
    """Delete a user, and all that belongs to him or her."""
    if not remove(work, name):
        raise NotFound
    return Reply(None, 204)
