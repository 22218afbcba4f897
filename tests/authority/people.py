"""Users of the table's test: for everything that is asked one who may do that alone, and one who may do all but that."""

import re
from collections.abc import Iterator
from typing import Any

from tests.authority.table import table

NOBODY = "nobody.at.all"  # signed in, and known to no service
INACTIVE, EMPTY = "inactive", "without permissions"  # known, and as good as nobody
ALMIGHTY = "may do everything"
NO_RIGHTS = (NOBODY, INACTIVE, EMPTY)
POLICY = re.compile(r"hasPermission\('(.+)', '(.+)'\)")
Rows = dict[str, list[dict[str, Any]]]
AUTHORITY = re.compile(r"hasAuthority\('(.+)'\)")
ASKED = tuple(dict.fromkeys(line.asks for line in table() if line.asks_authority))

AUTHORITIES = tuple(found[1] for asks in ASKED if (found := AUTHORITY.fullmatch(asks)))


def only(asks: str) -> str:
    """The user who may do this and nothing else."""
    return f"only {short(asks)}"


def all_but(asks: str) -> str:
    """The user who may do everything else that the services ask for."""
    return f"not {short(asks)}"


def short(asks: str) -> str:
    """What is asked, without the old annotation around it: an authority's name, or a resource and an action."""
    if found := AUTHORITY.fullmatch(asks):
        return found[1]
    found = POLICY.fullmatch(asks)
    assert found, f"The table asks {asks!r}, which is neither hasAuthority nor hasPermission."
    return found[1] + found[2]


def known_users() -> Iterator[tuple[str, list[str]]]:
    """All users who may do something, each with what."""
    yield ALMIGHTY, list(ASKED)
    for asks in ASKED:
        yield only(asks), [asks]
        yield all_but(asks), [other for other in ASKED if other != asks]


def as_callers() -> dict[str, dict[str, Any]]:
    """The users as a profile service tells of them, by any key."""
    callers: dict[str, dict[str, Any]] = {}
    for user, granted in known_users():
        authorities = [short(one) for one in granted if AUTHORITY.fullmatch(one)]
        policies = [short(one) for one in granted if POLICY.fullmatch(one)]
        callers[user] = {"user": user, "authorities": authorities, "policies": policies}
    return callers


def with_users(rows: Rows) -> Rows:
    """Rows of profile's tables, and the users besides."""
    added = as_rows()
    return {table: [*held, *added.get(table, ())] for table, held in rows.items()}


def as_rows() -> Rows:
    """The users as rows of profile's tables, each with a role of the same name; permissions are there already."""
    held = {user: [short(one) for one in granted if AUTHORITY.fullmatch(one)] for user, granted in known_users()}
    held |= {INACTIVE: list(AUTHORITIES), EMPTY: []}
    standing = {"firstName": None, "lastName": "x", "gmcId": None, "phoneNumber": None, "emailAddress": "x"}
    return {
        "Role": [{"name": user} for user in held],
        "RolePermission": [
            {"roleName": user, "permissionName": permission}
            for user, permissions in held.items()
            for permission in permissions
        ],
        "HeeUser": [{"name": user, **standing, "active": user != INACTIVE} for user in held],
        "UserRole": [{"userName": user, "roleName": user} for user in held],
    }
