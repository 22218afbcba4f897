"""/api/users: who is responsible for which designated bodies. Replaces UserResource."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel
from sqlalchemy import Select, and_, bindparam, case, func, select

from services.profile.tables import is_active, role_permission, user, user_body, user_role
from services.profile.user_facts import read_facts
from services.profile.user_profile import UserProfile
from services.profile.userinfo import describe, shown
from shared.db import Work
from shared.dialect import ANY_ORIGIN
from shared.errors import NotAcceptable, NotFound
from shared.http.endpoint import Resource
from shared.http.request import Request
from shared.lookup import portions
from shared.principals import Authority

OFFICER = "RVOfficer"  # the role of a responsible officer
OWN_FIELDS = ("name", "firstName", "lastName", "gmcId", "phoneNumber", "emailAddress")
IN_QUERIES = "!$'()*+,;:@/?"  # RFC 3986 3.4, less what parts parameters

routes = Resource()


class ResponsibleUser(BaseModel):
    """A user as callers of this look-up see one."""

    name: str
    firstName: str | None
    lastName: str
    fullName: str
    gmcId: str | None
    designatedBodyCodes: list[str]
    phoneNumber: str | None
    emailAddress: str


class Link(BaseModel):
    """A link, by its relation."""

    rel: str
    href: str


class FoundUsers(BaseModel):
    """The users found, and the address of the search."""

    total: int
    users: list[ResponsibleUser]
    links: list[Link]


SELECT_CODES = (
    select(user_body.c.userName, user_body.c.designatedBodyCode)
    .where(user_body.c.userName.in_(bindparam("names", expanding=True)))
    .order_by(user_body.c.designatedBodyCode)
)
SELECT_OFFICER = (
    select(user.c.name)
    .join(user_role, and_(user_role.c.userName == user.c.name, user_role.c.roleName == OFFICER))
    .join(user_body, and_(user_body.c.userName == user.c.name, user_body.c.designatedBodyCode == bindparam("code")))
    .limit(1)
)


def select_users(codes: Sequence[str], permissions: Sequence[str] | None) -> Select[Any]:
    """The active users with a role, and with exactly these codes; one with another code besides does not count."""
    one_of_them = select(user_body.c.userName).where(user_body.c.designatedBodyCode == codes[0])
    fitting = case((user_body.c.designatedBodyCode.in_(codes), 1), else_=0)
    exactly = (
        select(user_body.c.userName)
        .where(user_body.c.userName.in_(one_of_them))
        .group_by(user_body.c.userName)
        .having(and_(func.count() == len(codes), func.sum(fitting) == len(codes)))
    )
    holders = select(user_role.c.userName)
    if permissions is not None:
        held = role_permission.c.roleName == user_role.c.roleName
        holders = holders.join(role_permission, held).where(role_permission.c.permissionName.in_(permissions))
    wanted = user.c.name.in_(exactly), user.c.name.in_(holders), is_active
    return select(user).where(*wanted).order_by(user.c.firstName, user.c.name)


def responsible_user(row: Any, codes: Sequence[str]) -> ResponsibleUser:
    """A user's row as callers see it."""
    own = {name: row._mapping[name] for name in OWN_FIELDS}  # noqa: SLF001 - SQLAlchemy's public name for it
    full_name = f"{shown(row.firstName)} {shown(row.lastName)}"
    return ResponsibleUser.model_construct(**own, fullName=full_name, designatedBodyCodes=list(codes))


def self_link(request: Request, codes: Sequence[str], permissions: str | None) -> Link:
    """The search's own address, with the old one's template for what was not asked."""
    query = "&".join(f"designatedBodyCode={quote(code, safe=IN_QUERIES)}" for code in codes)
    if permissions is None:
        query = f"?{query}{{&permissions}}" if query else "{?permissions}"
    else:
        query = f"?{query}{'&' if query else ''}permissions={quote(permissions, safe=IN_QUERIES)}"
    return Link(rel="self", href=f"{request.origin}/profile/api/users{query}")


@routes.endpoint("GET", "/api/users", allow=Authority("profile:get:users"), standing=ANY_ORIGIN, statuses=(200, 406))
def list_users(designated_body_code: list[str], permissions: str | None, request: Request, work: Work) -> FoundUsers:
    """The active users with a role whose designated bodies are exactly these; with permissions, one of them at least."""
    if request.headers.get("accept") == "application/hal+json":
        raise NotAcceptable
    codes = list(dict.fromkeys(designated_body_code))
    names = None if permissions is None else [name for name in permissions.split(",") if name]
    work.snapshot()
    found = work.rows(select_users(codes, names)) if codes and names != [] else []
    held: dict[str, list[str]] = defaultdict(list)
    for some in portions([row.name for row in found]):
        for link in work.rows(SELECT_CODES, {"names": some}):
            held[link.userName].append(link.designatedBodyCode)
    users = [responsible_user(row, held[row.name]) for row in found]
    return FoundUsers(total=len(users), users=users, links=[self_link(request, codes, permissions)])


@routes.endpoint(
    "GET",
    "/api/users/ro-user/{designatedBodyCode}",
    allow=Authority("profile:get:ro:user"),
    standing=ANY_ORIGIN,
    statuses=(200, 404),
)
def get_officer(designatedBodyCode: str, work: Work) -> UserProfile:
    """The responsible officer of a designated body, active or not, as userinfo tells of users, with all roles."""
    name = work.value(SELECT_OFFICER, {"code": designatedBodyCode})
    if name is None:
        raise NotFound
    facts = read_facts(work, name)
    if facts is None:  # deleted between two statements
        raise NotFound
    return describe(facts)
