"""Writers who meet: on one row, on one key, and with a reader in between."""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from shared import db
from shared.db import Database
from tests.integration.reference.caller import API, Caller

ROUNDS = 15


@pytest.fixture
def others(call: Caller) -> Iterator[list[Caller]]:
    """Two callers, each with an execution environment of its own."""
    made = []
    for _ in range(2):
        service = copy.copy(call.service)
        service.database = Database(call.service.database.url)
        made.append(Caller(service, call.token_for))
    yield made
    for caller in made:
        caller.service.database.drop()


def together(callers: list[Caller], method: str, target: str, bodies: list[list[Any]]) -> list[int]:
    """The statuses of both callers' calls, made at the same time, each in its order."""
    with ThreadPoolExecutor(len(callers)) as threads:
        runs = [
            threads.submit(lambda one=one, many=many: [one(method, target, body).status for body in many])  # type: ignore[misc]
            for one, many in zip(callers, bodies, strict=True)
        ]
        return [status for run in runs for status in run.result(timeout=60)]


def test_two_writers_on_one_row(call: Caller, others: list[Caller]) -> None:
    row = call.rows("genders")[0]
    bodies = [[{**row, "code": f"{who}{turn}", "label": f"{who}{turn}"} for turn in range(ROUNDS)] for who in "ab"]
    statuses = together(others, "PUT", f"{API}/genders", bodies)
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) >= ROUNDS
    kept = call("GET", f"{API}/genders/{row['id']}").json
    assert kept["code"] == kept["label"]
    assert kept["code"] != row["code"]


def test_two_writers_of_one_key(call: Caller, others: list[Caller]) -> None:
    bodies = [[{"code": f"same{turn}", "label": who} for turn in range(ROUNDS)] for who in "ab"]
    statuses = together(others, "POST", f"{API}/genders", bodies)
    assert sorted(statuses) == [201] * ROUNDS + [409] * ROUNDS
    codes = [row["code"] for row in call.rows("genders")]
    assert sorted(code for code in codes if code.startswith("same")) == sorted(f"same{turn}" for turn in range(ROUNDS))


def test_a_bulk_write_is_whole_or_not_at_all(call: Caller) -> None:
    before = call.rows("genders")
    taken = before[0]["code"]
    for body in (
        [{"code": "n1", "label": "a"}, {"code": taken, "label": "a"}],
        [{"code": "n1", "label": "a"}, {"code": "n2"}],
    ):
        assert call("POST", f"{API}/bulk-genders", body).status in (400, 409)
        assert call.rows("genders") == before


def test_an_update_that_fails_leaves_no_trail(call: Caller) -> None:
    taken, row = call.rows("genders")[:2]
    trail = call.rows("jsonPatches")
    assert call("PUT", f"{API}/genders", {**row, "code": taken["code"]}).status == 409
    assert call.rows("genders")[:2] == [taken, row]
    assert call.rows("jsonPatches") == trail
    assert call("PUT", f"{API}/genders", {**row, "label": "new"}).status == 200
    assert len(call.rows("jsonPatches")) == len(trail) + 1


@pytest.mark.real
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_a_lock_is_not_waited_for_longer_than_a_statement_may_take(call: Caller) -> None:
    with call.service.database.work() as work:
        assert int(work.value(text("SELECT @@innodb_lock_wait_timeout"))) < db.ANSWER_TIMEOUT


@pytest.mark.real
@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
def test_a_row_that_another_holds_is_a_conflict(call: Caller) -> None:
    row = call.rows("genders")[0]
    call.service.database.connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
    other = Database(call.service.database.url)
    with other.work() as work:
        work.write(text("UPDATE Gender SET label = 'held' WHERE id = :id"), {"id": row["id"]})
        answer = call("PUT", f"{API}/genders", {**row, "label": "new"})
    other.drop()
    assert (answer.status, answer.json["message"]) == (409, "error.conflict")
    assert call("PUT", f"{API}/genders", {**row, "label": "new"}).status == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_another_holds_is_a_conflict(call: Caller) -> None:
    row = call.rows("genders")[0]
    call.service.database.connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = Database(call.service.database.url)
    with other.work() as work:
        work.begin()
        answer = call("PUT", f"{API}/genders", {**row, "label": "new"})
    other.drop()
    assert (answer.status, answer.json["message"]) == (409, "error.conflict")
    assert call("PUT", f"{API}/genders", {**row, "label": "new"}).status == 200
