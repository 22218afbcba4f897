"""The users of the old profile and what they may do, read from its database, which the new service has too.

By the old service's own queries: an active user with a role that holds a permission, and all that hangs on him.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, text

from shared.db import Database

ACCOUNT: Final = text("SELECT * FROM HeeUser WHERE name = :name AND active = 1")
HELD: Final = text(
    "SELECT link.roleName, held.roleName AS spelling, p.name, p.principal, p.resource, p.actions, p.effect"
    " FROM UserRole link JOIN RolePermission held ON held.roleName = link.roleName"
    " JOIN Permission p ON p.name = held.permissionName WHERE link.userName = :name"
)
# What is told by the principal's end: whether a role holds it or not.
BY_NAME: Final = text("SELECT name, principal, resource, actions, effect FROM Permission WHERE principal LIKE :ending")
BODIES: Final = text("SELECT designatedBodyCode FROM UserDesignatedBody WHERE userName = :name")
TRUSTS: Final = text("SELECT trustId AS id, trustCode, trustName FROM UserTrust WHERE heeUser = :name ORDER BY id")
PROGRAMMES: Final = text(
    "SELECT programmeId AS id, programmeName, programmeNumber FROM UserProgramme WHERE heeUser = :name ORDER BY id"
)
SPECIAL: Final = re.compile(r"([\\%_])")

Profile = dict[str, Any]


class Accounts:
    """The accounts in the database at a URL; without one, nobody has an account."""

    def __init__(self, url: str | None = None) -> None:
        self._database = Database(url) if url else None

    def find(self, name: str) -> Profile | None:
        """The UserProfile of a user; None where there is none, or not an active one, or one without permissions."""
        accounts = self.rows(ACCOUNT, name=name)
        held = self.rows(HELD, name=name) if accounts else []
        if not held:
            return None
        account = accounts[0]._mapping
        # Links that spell the role otherwise than the user's row got lost in the old service's object mapping.
        policies = {row.name: policy_of(row) for row in held if row.spelling == row.roleName}
        permissions = list(policies)
        ending = "%:" + SPECIAL.sub(r"\\\1", account["name"])
        policies |= {row.name: policy_of(row) for row in self.rows(BY_NAME, ending=ending)}
        return {
            "userName": account["name"],
            "fullName": " ".join(
                "null" if part is None else part for part in (account["firstName"], account["lastName"])
            ),
            "firstName": account["firstName"],
            "lastName": account["lastName"],
            "roles": list(dict.fromkeys(row.roleName for row in held)),
            "permissions": permissions,
            "gmcId": account["gmcId"],
            "designatedBodyCodes": [row[0] for row in self.rows(BODIES, name=name)] or ["None"],
            "phoneNumber": account["phoneNumber"],
            "emailAddress": account["emailAddress"],
            "permissionPolicies": list(policies.values()),
            "assignedTrusts": linked(self.rows(TRUSTS, name=name)),
            "assignedProgrammes": linked(self.rows(PROGRAMMES, name=name)),
        }

    def close(self) -> None:
        """Close the connection to the database; it is opened again when somebody asks."""
        if self._database is not None:
            self._database.drop()

    def rows(self, statement: Any, **parameters: Any) -> list[Row[Any]]:
        """The rows that a query finds; none without a database."""
        if self._database is None:
            return []
        with self._database.work() as work:
            return list(work.rows(statement, parameters))


def policy_of(row: Row[Any]) -> dict[str, Any]:
    """A permission as the policy that it is."""
    return {
        "name": row.name,
        "principal": row.principal,
        "resource": row.resource,
        "actions": row.actions.rstrip(",").split(","),
        "effect": row.effect,
    }


def linked(rows: Iterable[Row[Any]]) -> list[dict[str, Any]] | None:
    """Trusts or programmes, each once, by the number of what is linked; None where there are none."""
    distinct = {tuple(row): dict(row._mapping) for row in rows}
    return [{**row, "id": None if row["id"] is None else int(row["id"])} for row in distinct.values()] or None
