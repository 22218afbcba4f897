"""/api/trainee-id on both databases: who is registered, moved and left alone, and what history is kept of it."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from services.profile.tables import revision, trainee, trainee_revision
from shared.db import Database
from shared.http.service import Service
from tests.contract.opening import tokens_of
from tests.events import Answer
from tests.identity import Issuer
from tests.integration.caller import Caller
from tests.integration.watching import count, watched

PATH = "/profile/api/trainee-id"
ETL = "consolidated_etl"
UNUSED = "9999999"  # a number that no other test registers
THREE = "\N{ARABIC-INDIC DIGIT THREE}"
HERE, ELSEWHERE = "1-1RSSQ05", "1-1RUZUSF"


def opened_by_etl(opened: Callable[[str], Service], issuer: Issuer) -> Iterator[Caller]:
    service = opened("profile")
    yield Caller(service, tokens_of("profile", issuer), standing_user=ETL)
    service.database.drop()


@pytest.fixture
def call(opened: Callable[[str], Service], issuer: Issuer) -> Iterator[Caller]:
    """The ETL, calling the service on the recorded rows."""
    yield from opened_by_etl(opened, issuer)


@pytest.fixture(scope="module")
def call_often(opened: Callable[[str], Service], issuer: Issuer) -> Iterator[Caller]:
    """The same, loaded once: for calls that change nothing and do not mind what others changed."""
    yield from opened_by_etl(opened, issuer)


def register(call: Caller, code: str, *registrations: dict[str, Any]) -> Answer:
    return call("POST", f"{PATH}/{code}/register", list(registrations))


def registered(call: Caller, code: str, *registrations: dict[str, Any]) -> list[dict[str, Any]]:
    answer = register(call, code, *registrations)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["traineeIds"]
    return found


def table(database: Database, which: Any, *order: Any) -> list[tuple[Any, ...]]:
    with database.work() as work:
        return [tuple(row) for row in work.rows(select(which).order_by(*order))]


def revisions(database: Database) -> list[tuple[Any, ...]]:
    return table(database, trainee_revision, trainee_revision.c["REV"], trainee_revision.c.tisId)


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["gmcNumber"] for row in rows]


def test_new_trainees_get_ids_in_the_order_sent_and_keep_them(call: Caller) -> None:
    sent = [{"gmcNumber": number} for number in ("9000002", "9000001", "9000003")]
    first = registered(call, "1-NEW", *sent)
    assert numbers(first) == ["9000002", "9000001", "9000003"]
    ids = [row["tisId"] for row in first]
    assert sorted(set(ids)) == ids
    assert ids[0] > 1503
    again = registered(call, "1-NEW", *reversed(sent))
    assert {row["gmcNumber"]: row["tisId"] for row in again} == dict(zip(numbers(first), ids, strict=True))


def test_an_answer_tells_the_new_ones_then_the_unchanged_then_the_moved(call: Caller) -> None:
    unchanged, moved, new = {"gmcNumber": "6477315", "dateAdded": "01/02/2023"}, {"gmcNumber": "5579030"}, "9000001"
    found = registered(call, HERE, moved, unchanged, {"gmcNumber": new, "dateAdded": "03/04/2023"})
    assert [list(row.values())[1:] for row in found] == [
        [new, True, HERE, "2023-04-03"],
        ["6477315", True, HERE, None],
        ["5579030", True, HERE, None],
    ]
    assert [row["tisId"] for row in found[1:]] == [1090, 1126]
    assert list(found[0]) == ["tisId", "gmcNumber", "active", "designatedBodyCode", "dateAdded"]


def test_rows_follow_their_revisions(call: Caller) -> None:
    before, kept = revisions(call.service.database), table(call.service.database, trainee, trainee.c.tisId)
    new, _, moved, dated = registered(
        call,
        HERE,
        {"gmcNumber": "5579030", "dateAdded": None},
        {"gmcNumber": "2121889", "dateAdded": "31/12/2021"},
        {"gmcNumber": "6477315"},
        {"gmcNumber": "9000001", "dateAdded": "29/02/2020"},
    )
    added = [row for row in revisions(call.service.database) if row not in before]
    number = added[0][1]
    assert added == [
        (1126, number, 1, True, None, HERE, "5579030"),
        (1129, number, 1, True, date(2021, 12, 31), HERE, "2121889"),
        (new["tisId"], number, 0, True, date(2020, 2, 29), HERE, "9000001"),
    ]
    assert [moved["tisId"], dated["tisId"]] == [1126, 1129]
    after = table(call.service.database, trainee, trainee.c.tisId)
    assert [row for row in after if row not in kept] == [
        (1126, "5579030", True, None, HERE),
        (1129, "2121889", True, date(2021, 12, 31), HERE),
        (new["tisId"], "9000001", True, date(2020, 2, 29), HERE),
    ]


def test_a_call_that_changes_something_leaves_one_revision_in_milliseconds(call: Caller) -> None:
    before = table(call.service.database, revision)
    registered(call, HERE, {"gmcNumber": "9000001"}, {"gmcNumber": "5579030"}, {"gmcNumber": "2121889"})
    (added,) = [row for row in table(call.service.database, revision) if row not in before]
    assert 1_700_000_000_000 < added[1] < 10_000_000_000_000


@pytest.mark.parametrize("code", [HERE, HERE.lower()])
def test_what_is_known_changes_nothing(call: Caller, code: str) -> None:
    tables = (trainee, revision, trainee_revision)
    before = [table(call.service.database, one) for one in tables]
    found = registered(call, code, {"gmcNumber": "6477315", "dateAdded": "01/02/2023"}, {"gmcNumber": "4735984"})
    assert [(row["active"], row["designatedBodyCode"]) for row in found] == [(True, HERE), (False, HERE)]
    assert registered(call, code) == []
    assert [table(call.service.database, one) for one in tables] == before


def test_who_had_no_body_moves(call: Caller) -> None:
    found = registered(call, HERE, {"gmcNumber": "6023553"}, {"gmcNumber": "1668097"})
    assert [(row["tisId"], row["active"], row["dateAdded"]) for row in found] == [
        (1162, True, None),
        (1165, True, None),
    ]


def test_a_null_active_is_shown_and_a_move_makes_it_true(call: Caller) -> None:
    assert [row["active"] for row in call("GET", f"{PATH}/1-NULL/mappings").json["content"]] == [None]
    assert [row["active"] for row in registered(call, "1-NULL", {"gmcNumber": "4282004"})] == [None]
    assert [row["active"] for row in registered(call, HERE, {"gmcNumber": "4282004"})] == [True]


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("30/01/2016", "2016-01-30"),
        ("31/02/2016", "2016-02-29"),
        ("31/02/2015", "2015-02-28"),
        ("31/04/2015", "2015-04-30"),
        (" 03/04/2016\t", "2016-04-03"),
        ("", None),
        ("  ", None),
        (None, None),
        (17000, "2016-07-18"),
        (-1, "1969-12-31"),
        ([2016, 2, 3], "2016-02-03"),
    ],
)
def test_days_are_read(call_often: Caller, sent: Any, day: str | None) -> None:
    row = {"gmcNumber": UNUSED, "dateAdded": sent}
    answer = call_often("POST", f"{PATH}/{HERE}/register", [row], X_TIS_Dry_Run="true")
    assert [row["dateAdded"] for row in answer.json["traineeIds"]] == [day]


@pytest.mark.parametrize(
    "sent",
    [
        *("2016-01-30", "1/1/2016", "01/1/2016", "32/01/2016", "00/01/2016", "01/00/2016", "01/13/2016", "01/01/0000"),
        *("01/01/16", "01-01-2016", "01/01/2016T00:00", f"{THREE}0/01/2016", "today", 1.5, True, 10**12, -(10**9)),
        *([2016, 2], [2016, 2, 30], ["2016", "2", "3"], {}, {"year": 2016}),
    ],
)
def test_what_is_no_day_is_refused(call_often: Caller, sent: Any) -> None:
    answer = register(call_often, HERE, {"gmcNumber": UNUSED, "dateAdded": sent})
    assert (answer.status, "a date such as 31/01/2026 is expected" in answer.json["description"]) == (400, True)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ([{}], 400, "A gmcNumber is missing."),
        ([{"gmcNumber": None}], 400, "A gmcNumber is missing."),
        ([{"gmcNumber": "12345678"}], 400, "The gmcNumber 12345678 has more than 7 characters."),
        ([{"gmcNumber": "9"}, {"gmcNumber": "8"}, {"gmcNumber": "9"}], 400, "A gmcNumber comes twice."),
        ([{"gmcNumber": "AB7277"}], 409, "The gmcNumber ab7277 is registered already, in this spelling."),
        ([{"gmcNumber": "ab7277"}, {"gmcNumber": "AB7277"}], 409, "A row with this key exists."),
        ([{"gmcNumber": "nn"}, {"gmcNumber": "NN"}], 409, "A row with this key exists."),
        ([{"gmcNumber": "\N{GRINNING FACE}"}], 400, "0.gmcNumber: a character beyond U+FFFF cannot be stored."),
        ([{"gmcNumber": ["9"]}], 400, "0.gmcNumber: text is expected."),
        ([None], 400, "0: "),
        ({}, 400, "The body: "),
        ("[", 400, "The body is not JSON"),
    ],
)
def test_what_cannot_be_registered_is_refused_whole(call_often: Caller, body: Any, status: int, words: str) -> None:
    tables = (trainee, revision, trainee_revision)
    before = [table(call_often.service.database, one) for one in tables]
    rows = [{"gmcNumber": UNUSED}, *body] if isinstance(body, list) and status == 409 else body
    answer = call_often("POST", f"{PATH}/{HERE}/register", rows)
    assert (answer.status, answer.json["description"][: len(words)]) == (status, words)
    assert [table(call_often.service.database, one) for one in tables] == before


@pytest.mark.parametrize(
    ("code", "words"), [("x" * 21, "has more than 20 characters."), ("%F0%9F%98%80", "beyond U+FFFF")]
)
def test_a_code_that_cannot_be_stored_is_refused_where_it_would_have_to_be(
    call_often: Caller, code: str, words: str
) -> None:
    answer = register(call_often, code, {"gmcNumber": UNUSED})
    assert (answer.status, words in answer.json["description"]) == (400, True)
    assert registered(call_often, code) == []


def test_the_number_of_statements_is_bounded(call: Caller) -> None:
    elsewhere = [{"gmcNumber": f"8{number:06d}", "dateAdded": f"01/01/{2000 + number % 50}"} for number in range(200)]
    new = [{"gmcNumber": f"9{number:06d}"} for number in range(200)]
    registered(call, ELSEWHERE, *elsewhere)
    sent = {}
    for size in (1, 200):
        with watched(call.service.database) as statements:
            registered(call, f"1-{size}", *elsewhere[:size], *new[:size])
        sent[size] = count(statements)
    assert sent[200] == sent[1] <= 12  # those for the caller's authorities, BEGIN and COMMIT among them


def test_thousands_are_registered_and_moved_at_once(call: Caller) -> None:
    many = [{"gmcNumber": f"8{number:06d}", "dateAdded": 12_000 + number} for number in range(2_500)]
    assert numbers(registered(call, ELSEWHERE, *many)) == numbers(many)
    moved = registered(call, "1-NEW", *many)
    assert [row["dateAdded"] for row in moved[:2]] == ["2002-11-09", "2002-11-10"]
    with call.service.database.work() as work:
        at = select(func.count(), func.count(trainee.c.dateAdded.distinct())).where(
            trainee.c.designatedBodyCode == "1-NEW"
        )
        assert tuple(work.row(at) or ()) == (2_500, 2_500)


def test_mappings_are_counted_sorted_and_paged(call: Caller) -> None:
    answer = call("GET", f"{PATH}/{HERE.lower()}/mappings?sort=gmcNumber,desc&size=3&page=1")
    assert [*answer.json] == ["totalElements", "totalPages", "content"]
    assert (answer.json["totalElements"], answer.json["totalPages"]) == (14, 5)
    assert numbers(answer.json["content"]) == sorted(numbers(answer.json["content"]), reverse=True)
    assert "x-total-count" not in answer.headers
    assert answer.headers["vary"] == "Origin,Access-Control-Request-Method,Access-Control-Request-Headers"
    assert answer.headers["cache-control"] == "no-cache, no-store, max-age=0, must-revalidate"
    beyond = call("GET", f"{PATH}/{HERE}/mappings?page=9").json
    assert beyond == {"totalElements": 14, "totalPages": 1, "content": []}
    assert call("GET", f"{PATH}/{HERE}/mappings?sort=nothing").status == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "mappings"), ("POST", "register")])
def test_any_page_may_read_them_and_only_some_callers(call_often: Caller, method: str, path: str) -> None:
    target = f"{PATH}/{HERE}/{path}"
    assert call_often(method, target, [], Origin="http://x.test").headers["access-control-allow-origin"] == "*"
    assert call_often(method, target, [], user="umar.ravenscroft").status == 403
    assert call_often(method, target, [], user="anonymous").status == 401


def test_a_dry_run_answers_as_usual_and_leaves_nothing(call_often: Caller) -> None:
    before = table(call_often.service.database, trainee)
    answer = call_often("POST", f"{PATH}/{HERE}/register", [{"gmcNumber": UNUSED}], X_TIS_Dry_Run="true")
    assert (answer.status, numbers(answer.json["traineeIds"])) == (200, [UNUSED])
    assert table(call_often.service.database, trainee) == before


def test_a_number_that_another_call_registers_meanwhile_is_refused(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy.copy(call.service)
    other.database = Database(call.service.database.url)

    def interrupted() -> int:
        """The moment between what a call reads and what it writes."""
        monkeypatch.undo()
        registered(replace(call, service=other), ELSEWHERE, {"gmcNumber": "9000001"})
        other.database.drop()
        return 0

    monkeypatch.setattr("services.profile.trainee_id.time.time_ns", interrupted)
    answer = register(call, HERE, {"gmcNumber": "9000001"}, {"gmcNumber": "9000002"})
    assert (answer.status, answer.json["description"]) == (409, "A row with this key exists.")
    assert registered(call, ELSEWHERE, {"gmcNumber": "9000001"})[0]["designatedBodyCode"] == ELSEWHERE
    assert [row[3] for row in revisions(call.service.database) if row[-1] in ("9000001", "9000002")] == [True]
