"""/api/userinfo and /api/userupdate: who a token's user is and what he or she may do. Replaces UserProfileResource.

Every other service asks here for its callers' authorities.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, literal_column, null, select, union_all

from services.profile.permissions import parted
from services.profile.tables import permission, role_permission, user, user_body, user_programme, user_role, user_trust
from services.profile.user_profile import HeldPolicy, UserProfile
from shared.db import Work
from shared.dialect import CROSS_ORIGIN
from shared.errors import Forbidden, Unauthorised
from shared.filters import like_pattern
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.http.request import Request
from shared.principals import PUBLIC, Principal
from shared.tokens import Identity

routes = Resource()

Values = Sequence[Any]

NO_BODIES = ["None"]  # told of a user without designated bodies
BODY, TRUST, PROGRAMME, POLICY = range(4)
POLICY_FIELDS = ("name", "principal", "resource", "actions", "effect")
POLICY_COLUMNS = tuple(permission.c[name] for name in POLICY_FIELDS)

SELECT_USER = select(user).where(user.c.name == bindparam("name"))
SELECT_ROLES = (
    select(user_role.c.roleName, role_permission.c.roleName.label("spelling"), *POLICY_COLUMNS)
    .outerjoin(role_permission, role_permission.c.roleName == user_role.c.roleName)
    .outerjoin(permission, permission.c.name == role_permission.c.permissionName)
    .where(user_role.c.userName == bindparam("name"))
)


def _kind(number: int, *columns: Any) -> Any:
    """Rows of one kind for the union below, filled up to the width of the widest."""
    filling = [null()] * (len(POLICY_COLUMNS) - len(columns))
    return select(literal_column(str(number)).label("kind"), *columns, *filling)


SELECT_LINKS = union_all(
    _kind(BODY, user_body.c.designatedBodyCode).where(user_body.c.userName == bindparam("name")),
    _kind(TRUST, user_trust.c.trustId, user_trust.c.trustCode, user_trust.c.trustName).where(
        user_trust.c.heeUser == bindparam("name")
    ),
    _kind(
        PROGRAMME, user_programme.c.programmeId, user_programme.c.programmeName, user_programme.c.programmeNumber
    ).where(user_programme.c.heeUser == bindparam("name")),
    _kind(POLICY, *POLICY_COLUMNS).where(permission.c.principal.like(bindparam("principal"))),
)


@routes.endpoint(
    "GET", "/api/userinfo", allow=PUBLIC, gives=UserProfile, statuses=(200, 401, 403, 404), standing=CROSS_ORIGIN
)
def get_userinfo(request: Request, identity: Identity | None, work: Work) -> Reply:
    """The user whom the token names; 404 for one who is unknown, not active or without any permission."""
    refuse_unread(request)
    if identity is not None:
        return tell_user(work, identity.user)
    if request.segments[-1] == "":
        raise Unauthorised("A bearer token is needed.")
    raise Forbidden("User info cannot be provided for the request supplied.")


@routes.endpoint(
    "GET", "/api/userupdate", allow=PUBLIC, gives=UserProfile, statuses=(200, 401, 404), standing=CROSS_ORIGIN
)
def get_userupdate(request: Request, identity: Identity | None, work: Work) -> Reply:
    """As userinfo, but for the answer to a caller without a token. It updates nothing, despite its name."""
    refuse_unread(request)
    return Reply(None, 401) if identity is None else tell_user(work, identity.user)


def refuse_unread(request: Request) -> None:
    """Refuse a scheme in another spelling than `Bearer`, which the old service took for a part of the token."""
    scheme = request.headers.get("authorization", "")[:7]
    if scheme.lower() == "bearer " and scheme != "Bearer ":
        raise Unauthorised("Authorization must begin with Bearer, in this spelling.")


def tell_user(work: Work, name: str) -> Reply:
    """The answer about a user by name."""
    found = find_userinfo(work, name)
    if found is None:
        return Reply({"errorMessage": f"User with username {name} either not found or not active"}, 404)
    return Reply(found)


def resolve(work: Work, name: str) -> Principal:
    """The principal of a user; one who is nowhere, or not active, may do nothing."""
    found = find_userinfo(work, name)
    return Principal(name) if found is None else Principal.from_userinfo(found)


def find_userinfo(work: Work, name: str) -> UserProfile | None:
    """What is told of an active user with at least one permission; None of any other."""
    found = work.row(SELECT_USER, {"name": name})
    if found is None or not found.active:
        return None
    roles = [row for row in work.rows(SELECT_ROLES, {"name": found.name}) if row.spelling is not None]
    return describe(work, found, roles) if roles else None


def describe(work: Work, account: Any, roles: Iterable[Any]) -> UserProfile:
    """The old UserProfile. A role's permissions count only where the link spells the role as the user's row does."""
    name = account.name
    held = {row.name: row[2:] for row in roles if row.spelling == row.roleName}
    links = work.rows(SELECT_LINKS, {"name": name, "principal": own_principal(name)})
    own: list[list[Values]] = [[], [], [], []]
    for link in links:
        own[link.kind].append(link[1:])
    policies = held | {values[0]: values for values in own[POLICY]}
    return {
        "userName": name,
        "fullName": f"{shown(account.firstName)} {shown(account.lastName)}",
        "firstName": account.firstName,
        "lastName": account.lastName,
        "roles": list(dict.fromkeys(row.roleName for row in roles)),
        "permissions": list(held),
        "gmcId": account.gmcId,
        "designatedBodyCodes": [values[0] for values in own[BODY]] or NO_BODIES,
        "phoneNumber": account.phoneNumber,
        "emailAddress": account.emailAddress,
        "permissionPolicies": [policy_of(values) for values in policies.values()],
        "assignedTrusts": assigned(own[TRUST], ("trustCode", "trustName")),
        "assignedProgrammes": assigned(own[PROGRAMME], ("programmeName", "programmeNumber")),
    }


def own_principal(name: str) -> str | None:
    """A LIKE pattern of the principals that are this user alone; None for a name that the end of others' would fit."""
    return None if not name or ":" in name else like_pattern(f":{name}").removesuffix("%")


def shown(name: str | None) -> str:
    """A name as Java joins it to another."""
    return "null" if name is None else name


def policy_of(values: Values) -> HeldPolicy:
    """A policy as callers see it; empty actions at the end are dropped, as Java's split does."""
    name, principal, resource, actions, effect = values
    return HeldPolicy(name=name, principal=principal, resource=resource, actions=parted(actions), effect=effect)


def assigned(links: Iterable[Values], names: tuple[str, str]) -> Any:
    """Trusts or programmes by their own ids, each once; None where there are none."""
    distinct = dict.fromkeys(tuple(values[:3]) for values in links)
    made = [{"id": None if key is None else int(key), names[0]: one, names[1]: two} for key, one, two in distinct]
    return made or None
