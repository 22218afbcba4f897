"""Rows of a profile database as large as the old one, and in it one user who holds much: userinfo is measured on him.

Roles, permissions and links are as many as the old service's; users are many, as they make the tables large.
"""

import random
from collections.abc import Iterator
from typing import Any

Rows = list[dict[str, Any]]

USER = "ines.winterbourne@tis.example"
USERS = 5_000
OTHER_ROLES, LINKS = 33, 275
RESOURCES = (
    *("assessment", "curriculum", "document", "funding", "grade", "heeuser", "notification", "organisation"),
    *("person", "placement", "post", "programme", "qualification", "rotation", "rota", "site", "specialty", "trainer"),
    "trust",
)
ACTIONS = {"view": "View", "add:modify": "Create,Update", "delete:entities": "Delete"}
PERMISSIONS = (  # name, resource, actions: 59
    *((f"{resource}:{name}", resource, kinds) for resource in RESOURCES for name, kinds in ACTIONS.items()),
    ("tariff:view", "tariff", "View"),
    ("tariff:add:modify", "tariff", "Create,Update"),
)
MACHINE_PERMISSIONS = 6  # the last ones, which are the machine user's by their principal
USER_ROLES = {"HEE Admin": (0, 24), "HEE TIS Admin": (18, 38), "ReferenceAdmin": (32, 50)}  # 50 permissions, some twice
PRINCIPAL, MACHINE = "tis:profile::user:", "consolidated_etl"


def profile_rows(users: int = USERS) -> dict[str, Rows]:
    """All rows by table, in load order."""
    roles = dict(role_spans())
    return {
        "Permission": [permission_row(number) for number in range(len(PERMISSIONS))],
        "Role": [{"name": name} for name in roles],
        "RolePermission": [
            {"roleName": name, "permissionName": PERMISSIONS[number % len(PERMISSIONS)][0]}
            for name, (first, end) in roles.items()
            for number in range(first, end)
        ],
        **user_rows(users, list(roles)),
    }


def role_spans() -> Iterator[tuple[str, tuple[int, int]]]:
    """Which of the permissions each role holds: from the first number to before the last."""
    yield from USER_ROLES.items()
    left = LINKS - sum(end - first for first, end in USER_ROLES.values())
    for number in range(OTHER_ROLES):
        first = number * 7
        yield f"Role {number}", (first, first + left // OTHER_ROLES + (number < left % OTHER_ROLES))


def permission_row(number: int) -> dict[str, Any]:
    """A permission with its policy."""
    name, resource, actions = PERMISSIONS[number]
    is_machine = number >= len(PERMISSIONS) - MACHINE_PERMISSIONS
    return {
        "name": name,
        "type": "PERSON",
        "description": f"Can {name.partition(':')[2]} {resource} data",
        "principal": f"{PRINCIPAL}{MACHINE if is_machine else ''}",
        "resource": policy_resource(resource),
        "actions": actions,
        "effect": "Allow",
    }


def policy_resource(name: str) -> str:
    """A kind of thing as policies name it."""
    return f"tis:{name}::{name}:"


def user_rows(users: int, roles: list[str]) -> dict[str, Rows]:
    """The users and what belongs to them: to the one who is measured 3 roles, 3 bodies, 2 trusts, 2 programmes."""
    tables: dict[str, Rows] = {
        name: [] for name in ("HeeUser", "UserRole", "UserDesignatedBody", "UserTrust", "UserProgramme")
    }
    add_user(tables, 0, list(USER_ROLES), 3, (2, 2))
    chance = random.Random(users)  # noqa: S311 - repeatable, not secret
    for number in range(1, users):
        held = chance.sample(roles, chance.randint(1, 3))
        add_user(tables, number, held, chance.randint(1, 3), (chance.randint(0, 2), chance.randint(0, 2)))
    return tables


def add_user(tables: dict[str, Rows], number: int, roles: list[str], bodies: int, links: tuple[int, int]) -> None:
    """Add a user, the first being the one who is measured, with roles, so many bodies, trusts and programmes."""
    name = f"user{number}@tis.example" if number else USER
    contact = {"gmcId": f"{7000000 + number}", "phoneNumber": "020 7946 0000", "emailAddress": name}
    tables["HeeUser"].append({"name": name, "firstName": "Ines", "lastName": "Winterbourne", "active": True, **contact})
    tables["UserRole"] += [{"userName": name, "roleName": role} for role in roles]
    tables["UserDesignatedBody"] += [
        {"userName": name, "designatedBodyCode": f"1-1RSSQ{(number + place) % 20:02}"} for place in range(bodies)
    ]
    trusts, programmes = links
    for place in range(number, number + trusts):
        trust = {"trustId": 700 + place % 300, "trustCode": f"R{place % 300:03}", "trustName": f"Trust {place % 300}"}
        tables["UserTrust"].append({"heeUser": name, **trust})
    for place in range(number, number + programmes):
        programme = {"programmeId": f"{50 + place % 500}", "programmeName": f"Programme {place % 500}"}
        tables["UserProgramme"].append({"heeUser": name, **programme, "programmeNumber": f"S{place % 500:04}"})
