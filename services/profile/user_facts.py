"""All that says who a user is and may do, read by one statement: no change can come between its parts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, literal_column, null, select, union_all

from services.profile.tables import (
    is_active,
    permission,
    role_permission,
    user,
    user_body,
    user_programme,
    user_role,
    user_trust,
)
from shared.db import Work
from shared.filters import like_pattern

USER, ROLE, BODY, TRUST, PROGRAMME, POLICY = range(6)
POLICY_COLUMNS = tuple(permission.c[name] for name in ("name", "principal", "resource", "actions", "effect"))


class Account(NamedTuple):
    """A user's own row; `active` is a text or null."""

    name: str
    first_name: str | None
    last_name: str
    gmc_id: str | None
    phone_number: str | None
    email_address: str
    active: str | None


class HeldPermission(NamedTuple):
    """A user's role beside a permission that it gives: both as they are spelled, the link's null where it gives none."""

    role: str
    spelling: str | None
    name: str
    principal: str
    resource: str
    actions: str
    effect: str


class Facts(NamedTuple):
    """A user's row and all rows that belong to it; `policies` are those of the user's own, whatever the roles."""

    account: Account
    held: Sequence[HeldPermission]
    bodies: Sequence[str]
    trusts: Sequence[Sequence[Any]]
    programmes: Sequence[Sequence[Any]]
    policies: Sequence[Sequence[str]]


def _kind(number: int, *columns: Any) -> Any:
    """Rows of one kind for the union below, filled up to the width of the widest."""
    filling = [null()] * (len(Account._fields) - len(columns))
    return select(literal_column(str(number)).label("kind"), *columns, *filling)


def _of(column: Any) -> Any:
    return column == bindparam("name")


ACCOUNT_COLUMNS = (
    user.c.name,
    user.c.firstName,
    user.c.lastName,
    user.c.gmcId,
    user.c.phoneNumber,
    user.c.emailAddress,
)
SELECT_FACTS = union_all(
    _kind(USER, *ACCOUNT_COLUMNS, case((is_active, literal_column("'yes'")))).where(_of(user.c.name)),
    _kind(ROLE, user_role.c.roleName, role_permission.c.roleName.label("spelling"), *POLICY_COLUMNS)
    .outerjoin(role_permission, role_permission.c.roleName == user_role.c.roleName)
    .outerjoin(permission, permission.c.name == role_permission.c.permissionName)
    .where(_of(user_role.c.userName)),
    _kind(BODY, user_body.c.designatedBodyCode).where(_of(user_body.c.userName)),
    _kind(TRUST, user_trust.c.trustId, user_trust.c.trustCode, user_trust.c.trustName).where(_of(user_trust.c.heeUser)),
    _kind(
        PROGRAMME, user_programme.c.programmeId, user_programme.c.programmeName, user_programme.c.programmeNumber
    ).where(_of(user_programme.c.heeUser)),
    _kind(POLICY, *POLICY_COLUMNS).where(permission.c.principal.like(bindparam("principal"))),
)


def read_facts(work: Work, name: str) -> Facts | None:
    """The facts about a user by name; None where there is no such user."""
    found: list[list[Sequence[Any]]] = [[] for _ in range(POLICY + 1)]
    for row in work.rows(SELECT_FACTS, {"name": name, "principal": own_principal(name)}):
        found[row[0]].append(row[1:])
    if not found[USER]:
        return None
    held = [HeldPermission(*values) for values in found[ROLE]]
    bodies = [values[0] for values in found[BODY]]
    policies = [values[: len(POLICY_COLUMNS)] for values in found[POLICY]]
    return Facts(Account(*found[USER][0]), held, bodies, found[TRUST], found[PROGRAMME], policies)


def own_principal(name: str) -> str | None:
    """A LIKE pattern of the principals that are this user alone; None for a name that the end of others' would fit."""
    name = name.rstrip(" ")
    return None if not name or ":" in name else like_pattern(f":{name}").removesuffix("%")
