"""A stand-in that runs, and the few users whom its profile knows."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.data.seed import load
from tests.legacy.running import Running, running


def permission(name: str, resource: str, actions: str, principal: str = "tis:profile::user:") -> dict[str, Any]:
    return {"name": name, "principal": principal, "resource": resource, "actions": actions, "effect": "Allow"}


def user(name: str, first: str | None, *, active: bool | None = True) -> dict[str, Any]:
    return {
        "name": name,
        "firstName": first,
        "lastName": "Legacy",
        "emailAddress": f"{name}@example.org",
        "active": active,
    }


DATASET: dict[str, list[dict[str, Any]]] = {
    "Permission": [
        permission("reference:delete:entities", "tis:references::reference:", "Delete,"),
        permission("profile:view:entities", "tis:profile::profile:", "View"),
        permission("thing:bulk", "tis:things:::", "Create,Update", "tis:profile::user:JO"),
        permission("lost", "tis:lost:::", "View"),
    ],
    "Role": [{"name": "Deleter"}, {"name": "Viewer"}, {"name": "Nothing"}],
    "RolePermission": [
        {"roleName": "Deleter", "permissionName": "reference:delete:entities"},
        {"roleName": "DELETER", "permissionName": "lost"},
        {"roleName": "Viewer", "permissionName": "profile:view:entities"},
    ],
    "HeeUser": [
        user("Jo", None),
        user("viewer", "Vi"),
        user("idle", "I", active=False),
        user("unsure", "U", active=None),
        user("bare", "B"),
    ],
    "UserRole": [
        {"userName": "Jo", "roleName": "Deleter"},
        {"userName": "Jo", "roleName": "Nothing"},
        {"userName": "viewer", "roleName": "Viewer"},
        {"userName": "idle", "roleName": "Deleter"},
        {"userName": "unsure", "roleName": "Deleter"},
        {"userName": "bare", "roleName": "Nothing"},
    ],
    "UserDesignatedBody": [{"userName": "Jo", "designatedBodyCode": "1-A"}],
    "UserTrust": [
        {"heeUser": "Jo", "trustId": 5, "trustCode": "RJ7", "trustName": "St G"},
        {"heeUser": "Jo", "trustId": 5, "trustCode": "RJ7", "trustName": "St G"},
    ],
    "UserProgramme": [{"heeUser": "Jo", "programmeId": "77", "programmeName": None, "programmeNumber": "P1"}],
}


@pytest.fixture(scope="session")
def profile_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with the rows above."""
    url = f"sqlite:///{tmp_path_factory.mktemp('legacy') / 'profile.db'}"
    load(url, "profile", DATASET)
    return url


@pytest.fixture
def legacy(profile_database: str) -> Iterator[Running]:
    with running(profile_database) as started:
        yield started
