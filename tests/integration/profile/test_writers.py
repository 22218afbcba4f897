"""Writers who meet on one user, role, permission or trainee: no crash, no half of either, and no lost children."""

import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Database
from tests.integration.caller import Caller
from tests.integration.profile.caller import API

ROUNDS = 12
NAME, ROLE, PERMISSION = "written.by.two", "Written By Two", "written:by:two"
WRITERS = ("a", "b")
ROLES = {"a": ["ETL", "HEE", "HEE Admin"], "b": ["HEE", "HEE TIS Admin"]}
PERMISSIONS = {"a": ["post:view", "person:view", "programme:view"], "b": ["person:view", "curriculum:view"]}
ORPHANS = {
    "UserRole": ("userName", "HeeUser"),
    "UserDesignatedBody": ("userName", "HeeUser"),
    "UserTrust": ("heeUser", "HeeUser"),
    "UserProgramme": ("heeUser", "HeeUser"),
    "RolePermission": ("roleName", "Role"),
}

Body = dict[str, Any]
Job = tuple[str, str, Any]  # method, path, body


@pytest.fixture
def others(call: Caller) -> Iterator[list[Caller]]:
    """Two callers, each with an execution environment of its own, though they share what is known of bodies."""
    codes = [code for who in WRITERS for code in user(who)["designatedBodyCodes"]]
    assert (
        call("POST", f"{API}/hee-users", {**user("a"), "name": "knows.codes", "designatedBodyCodes": codes}).status
        == 201
    )
    made = []
    for _ in WRITERS:
        service = copy.copy(call.service)
        service.database = Database(call.service.database.url)
        made.append(Caller(service, call.token_for, call.standing_user))
    yield made
    for caller in made:
        caller.service.database.drop()


def together(callers: Sequence[Caller], jobs: Sequence[Sequence[Job]]) -> list[int]:
    """The statuses of what the callers do at the same time, each in its order."""

    def work(caller: Caller, mine: Sequence[Job]) -> list[int]:
        return [caller(method, f"{API}/{path}", body).status for method, path, body in mine]

    with ThreadPoolExecutor(len(callers)) as threads:
        runs = [threads.submit(work, caller, mine) for caller, mine in zip(callers, jobs, strict=True)]
        return [status for run in runs for status in run.result(timeout=120)]


def user(who: str) -> Body:
    """A user as one of the writers wants it, with children of every kind that are that writer's own."""
    return {
        "name": NAME,
        "firstName": who,
        "lastName": who,
        "emailAddress": who,
        "active": True,
        "roles": [{"name": one} for one in ROLES[who]],
        "designatedBodyCodes": [f"1-{who}{number}" for number in range(3)],
        "associatedTrusts": [{"trustId": number, "trustCode": who, "trustName": who} for number in range(3)],
        "associatedProgrammes": [{"programmeId": number, "programmeNumber": who} for number in range(3)],
    }


def role(who: str) -> Body:
    """A role as one of the writers wants it."""
    return {"name": ROLE, "permissions": [{"name": one, "actions": []} for one in PERMISSIONS[who]]}


def permission(who: str) -> Body:
    """A permission as one of the writers wants it."""
    texts = dict.fromkeys(("description", "principal", "resource", "effect"), who)
    return {"name": PERMISSION, "type": "PP", "actions": [who], **texts}


def user_told(found: Body) -> Body:
    """What of a user is a writer's own: all but ids, in no order."""
    return {
        **{name: found[name] for name in ("firstName", "lastName", "emailAddress")},
        "roles": sorted(one["name"] for one in found["roles"]),
        "designatedBodyCodes": sorted(found["designatedBodyCodes"]),
        "associatedTrusts": sorted((one["trustId"], one["trustCode"]) for one in found["associatedTrusts"]),
        "associatedProgrammes": sorted(
            (one["programmeId"], one["programmeNumber"]) for one in found["associatedProgrammes"]
        ),
    }


def role_told(found: Body) -> list[str]:
    """The names of a role's permissions."""
    return sorted(one["name"] for one in found["permissions"])


KINDS: dict[str, tuple[str, str, Callable[[str], Body], Callable[[Body], Any]]] = {
    "user": ("hee-users", NAME, user, user_told),
    "role": ("roles", ROLE, role, role_told),
    "permission": ("permissions", PERMISSION, permission, dict),
}


def orphans(call: Caller) -> dict[str, int]:
    """The numbers of children whose parent is gone, where there are any."""
    found = {}
    with call.service.database.work() as work:
        for table, (column, parent) in ORPHANS.items():
            lost = f"SELECT COUNT(*) FROM {table} WHERE {column} NOT IN (SELECT name FROM {parent})"  # noqa: S608 - our own names
            found[table] = int(work.value(text(lost)))
    return {table: number for table, number in found.items() if number}


@pytest.mark.parametrize("kind", KINDS)
def test_two_writers_on_one_row(call: Caller, others: list[Caller], kind: str) -> None:
    path, name, body, told = KINDS[kind]
    assert call("POST", f"{API}/{path}", body("a")).status == 201
    statuses = together(others, [[("PUT", path, body(who))] * ROUNDS for who in WRITERS])
    assert set(statuses) <= {200, 201, 409}
    assert statuses.count(409) <= ROUNDS
    found = call("GET", f"{API}/{path}/{name.replace(' ', '%20')}")
    assert told(found.json) in [told(body(who)) for who in WRITERS]
    assert orphans(call) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_two_writers_of_one_name(call: Caller, others: list[Caller], kind: str) -> None:
    path, name, body, told = KINDS[kind]
    statuses = together(others, [[("POST", path, body(who))] * ROUNDS for who in WRITERS])
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    found = call("GET", f"{API}/{path}/{name.replace(' ', '%20')}")
    assert told(found.json) in [told(body(who)) for who in WRITERS]
    assert orphans(call) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_one_writes_what_another_deletes(call: Caller, others: list[Caller], kind: str) -> None:
    path, name, body, told = KINDS[kind]
    writes, deletes = (
        [("POST", path, body("a"))] * ROUNDS,
        [("DELETE", f"{path}/{name.replace(' ', '%20')}", None)] * ROUNDS,
    )
    statuses = together(others, [writes, deletes])
    assert set(statuses[:ROUNDS]) <= {201, 409}
    assert set(statuses[ROUNDS:]) <= {204, 404, 409}
    found = call("GET", f"{API}/{path}/{name.replace(' ', '%20')}")
    assert found.status == 404 or told(found.json) == told(body("a"))
    assert orphans(call) == {}


def test_a_role_that_is_deleted_while_it_is_given(call: Caller, others: list[Caller]) -> None:
    given = {**user("a"), "roles": [{"name": "HEE"}, {"name": ROLE}]}
    bare = {**user("a"), "roles": [{"name": "HEE"}]}
    gives = [("PUT", "hee-users", given), ("PUT", "hee-users", bare)] * ROUNDS
    makes = [("POST", "roles", role("a")), ("DELETE", f"roles/{ROLE.replace(' ', '%20')}", None)] * ROUNDS
    assert call("POST", f"{API}/hee-users", bare).status == 201
    statuses = together(others, [gives, makes])
    assert set(statuses[: len(gives)]) <= {200, 400, 409}
    assert set(statuses[len(gives) :]) <= {201, 204, 400, 404, 409}
    kept = user_told(call("GET", f"{API}/hee-users/{NAME}").json)
    assert kept == user_told(bare) or kept == user_told(given)
    assert orphans(call) == {}


def test_two_who_register_the_same_trainees(call: Caller, others: list[Caller]) -> None:
    numbers = [f"9{number:06}" for number in range(20)]
    jobs = [
        [("POST", f"trainee-id/1-{who}/register", [{"gmcNumber": one} for one in numbers])] * ROUNDS for who in WRITERS
    ]
    statuses = together(others, jobs)
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    held = [
        one["gmcNumber"]
        for who in WRITERS
        for one in call("GET", f"{API}/trainee-id/1-{who}/mappings?size=2000").json["content"]
    ]
    assert sorted(held) == numbers


def test_a_reader_among_writers_is_always_answered(call: Caller, others: list[Caller]) -> None:
    assert call("POST", f"{API}/hee-users", user("a")).status == 201
    paths = [
        f"hee-users/{NAME}",
        f"hee-users?search={NAME}",
        "roles?size=2000",
        f"hee-users-with-roles/{ROLES['a'][1]}",
    ]
    reads = [("GET", path, None) for path in paths] * ROUNDS
    writes = [("PUT", "hee-users", user(WRITERS[turn % 2])) for turn in range(ROUNDS)]
    statuses = together(others, [reads, writes])
    assert set(statuses[: len(reads)]) == {200}
    assert set(statuses[len(reads) :]) <= {200, 409}


def test_a_reader_sees_a_user_as_of_one_moment(call: Caller, others: list[Caller]) -> None:
    """Each writer's user has that writer's name throughout; no answer may mix the two."""
    writer, reader = others
    assert call("POST", f"{API}/hee-users", user("a")).status == 201

    def write() -> None:
        for number in range(ROUNDS * 4):
            assert writer("PUT", f"{API}/hee-users", user(WRITERS[number % 2])).status == 200

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        while not writing.done():
            found = reader("GET", f"{API}/hee-users/{NAME}").json
            assert {role["name"] for role in found["roles"]} == set(ROLES[found["firstName"]])
            assert {code[2] for code in found["designatedBodyCodes"]} == {found["firstName"]}
            (listed,) = reader("GET", f"{API}/hee-users?search={NAME}").json["content"]
            assert {code[2] for code in listed["designatedBodyCodes"]} == {listed["firstName"]}
        writing.result()
