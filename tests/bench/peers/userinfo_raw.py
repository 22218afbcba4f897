"""A user's profile by hand: PyMySQL, json, one statement on one connection in autocommit, the token read unverified."""

import base64
import json
from functools import cache
from typing import Any

from infra.local.stack.folder import StackFolder, port_of
from tests.bench.peers.raw_handler import Event, Handler, answer, connect

# One round trip, as a person would write it who wants no more: a row's first column says what it is of.
SELECT = """
SELECT 0, u.name, u.firstName, u.lastName, u.gmcId, u.phoneNumber, u.emailAddress
FROM HeeUser u WHERE u.name = %(user)s AND u.active = 1
UNION ALL
SELECT 1, ur.roleName, p.name, p.principal, p.resource, p.actions, p.effect
FROM UserRole ur JOIN RolePermission rp ON rp.roleName = ur.roleName
JOIN Permission p ON p.name = rp.permissionName WHERE ur.userName = %(user)s
UNION ALL
SELECT 2, b.designatedBodyCode, NULL, NULL, NULL, NULL, NULL
FROM UserDesignatedBody b WHERE b.userName = %(user)s
UNION ALL
SELECT 3, t.trustId, t.trustCode, t.trustName, NULL, NULL, NULL FROM UserTrust t WHERE t.heeUser = %(user)s
UNION ALL
SELECT 4, g.programmeId, g.programmeName, g.programmeNumber, NULL, NULL, NULL
FROM UserProgramme g WHERE g.heeUser = %(user)s
UNION ALL
SELECT 5, NULL, p.name, p.principal, p.resource, p.actions, p.effect
FROM Permission p WHERE p.principal LIKE CONCAT('%%:', %(user)s)
"""
POLICY = ("name", "principal", "resource", "actions", "effect")
USER, ROLE, BODY, TRUST, PROGRAMME, OWN = range(6)

Kinds = list[list[tuple[Any, ...]]]


def userinfo_handler(url: str) -> Handler:
    """`GET …/api/userinfo` on the database at a URL."""
    connection = connect(url)

    def handle(event: Event, _: Any) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(SELECT, {"user": user_of(event["headers"])})
            kinds: Kinds = [[] for _ in range(6)]
            for row in cursor.fetchall():
                kinds[row[0]].append(row[1:])
        return answer(200, as_userinfo(kinds)) if kinds[USER] and kinds[ROLE] else answer(404, None)

    return handle


def user_of(headers: dict[str, str]) -> str:
    """Whom the token names: decoded and not verified, as the old service did."""
    bearer = headers.get("authorization") or headers["Authorization"]
    payload = bearer.split(".")[1]
    name: str = json.loads(base64.urlsafe_b64decode(payload + "=="))["preferred_username"]
    return name


def as_userinfo(kinds: Kinds) -> dict[str, Any]:
    """The answer, made of the rows of each kind."""
    name, first, last, gmc_id, phone, email = kinds[USER][0]
    held = {row[1]: row[1:] for row in kinds[ROLE]}
    policies = held | {row[1]: row[1:] for row in kinds[OWN]}
    return {
        "userName": name,
        "fullName": f"{first} {last}",
        "firstName": first,
        "lastName": last,
        "roles": list(dict.fromkeys(row[0] for row in kinds[ROLE])),
        "permissions": list(held),
        "gmcId": gmc_id,
        "designatedBodyCodes": [row[0] for row in kinds[BODY]] or ["None"],
        "phoneNumber": phone,
        "emailAddress": email,
        "permissionPolicies": [
            dict(zip(POLICY, (*row[:3], row[3].split(","), row[4]), strict=True)) for row in policies.values()
        ],
        "assignedTrusts": [{"id": int(row[0]), "trustCode": row[1], "trustName": row[2]} for row in kinds[TRUST]],
        "assignedProgrammes": [
            {"id": int(row[0]), "programmeName": row[1], "programmeNumber": row[2]} for row in kinds[PROGRAMME]
        ],
    }


@cache
def stack_handler() -> Handler:
    """The handler on the profile database of the local stack that this process belongs to."""
    return userinfo_handler(StackFolder.of(port_of()).state()["databases"]["profile"])


def app(event: Event, context: Any) -> dict[str, Any]:
    """The handler as a function of the local stack, which opens nothing before its first call."""
    return stack_handler()(event, context)
