"""The judge itself: what was recorded passes, and every way to depart from it is seen."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.concrete import HOST, concrete
from tests.contract.exchanges import Answer, Exchange, read_exchanges
from tests.contract.judge import judge
from tests.contract.marks import Marks
from tests.contract.opening import SERVICES

RECORDED = read_exchanges("reference")


def as_recorded(exchange: Exchange) -> Answer:
    headers = {name: concrete(value) for name, value in (exchange.answer_headers or {}).items()}
    return Answer(exchange.status, headers, concrete(exchange.answer_body or ""))


def named(name: str) -> Exchange:
    return next(exchange for exchange in RECORDED if exchange.name == name)


def exchange_of(body: str, **more: Any) -> Exchange:
    record = {"name": "a/b/1", "as": "reader", "request": {"method": "GET", "path": "/", "headers": {}, "body": None}}
    return Exchange.of({**record, "response": {"status": 200, "headers": [], "body": body}, **more})


def is_right(expected: str, got: str, **more: Any) -> bool:
    return judge(exchange_of(expected, **more), Answer(200, {}, got), Marks(HOST)) is None


@pytest.mark.parametrize("service", SERVICES)
def test_every_recorded_answer_passes_also_in_layout(service: str) -> None:
    marks = Marks(HOST)
    judged = {one.name: judge(one, as_recorded(one), marks, strict=True) for one in read_exchanges(service)}
    assert judged
    assert {name: miss for name, miss in judged.items() if miss} == {}


def test_no_answer_of_another_exchange_passes_for_one_with_a_body() -> None:
    lists = [exchange for exchange in RECORDED if re.fullmatch("list/.*/1", exchange.name) and exchange.answer_body]
    for exchange, other in zip(lists, [*lists[1:], lists[0]], strict=True):
        assert judge(exchange, as_recorded(other), Marks(HOST)), (
            f"{exchange.name} passes with the answer of {other.name}"
        )


@pytest.mark.parametrize("name", ["list/sites/1", "create/genders/1", "update/trusts/1", "get/grades/1"])
def test_each_single_change_of_a_body_is_seen(name: str) -> None:
    exchange = named(name)
    answer = as_recorded(exchange)
    body = json.loads(answer.body)
    changed = [*changes_of(body)]
    assert changed
    for value in changed:
        assert judge(exchange, replace(answer, body=json.dumps(value)), Marks(HOST)), f"{value} passes"


def changes_of(value: Any) -> list[Any]:
    """The value with one thing changed, in all places: left out, added, another type, another order."""
    match value:
        case dict():
            pairs = list(value.items())
            less = [dict(pairs[:place] + pairs[place + 1 :]) for place in range(len(pairs))]
            inner = [{**value, key: changed} for key in value for changed in changes_of(value[key])]
            return [*less, *inner, {**value, "surplus": None}, dict([pairs[-1], *pairs[:-1]])]
        case list():
            fewer_more_swapped = [value[:-1], [*value, value[-1]], [value[1], value[0], *value[2:]]]
            return fewer_more_swapped + [[changed, *value[1:]] for changed in changes_of(value[0])]
        case None:
            return ["", False, 0]
        case bool():
            return [not value, str(value).lower(), int(value)]
        case int():
            return [str(value), float(value), None]
        case _:
            return [value + " ", value.swapcase() + "x", None]


@pytest.mark.parametrize("name", ["x-total-count", "link", "content-type"])
def test_headers_count(name: str) -> None:
    exchange = named("list/sites/1")
    answer = as_recorded(exchange)
    missing = {key: value for key, value in answer.headers.items() if key != name}
    assert judge(exchange, replace(answer, headers=missing), Marks(HOST))
    assert judge(exchange, replace(answer, headers={**missing, name: "other"}), Marks(HOST))


def test_a_surplus_alert_is_seen_and_other_headers_are_not() -> None:
    exchange = named("list/sites/1")
    answer = as_recorded(exchange)
    assert (
        judge(exchange, replace(answer, headers={**answer.headers, "x-tis-served-by": "reference"}), Marks(HOST))
        is None
    )
    assert judge(exchange, replace(answer, headers={**answer.headers, "x-referenceapp-alert": "x"}), Marks(HOST))


@pytest.mark.parametrize(
    ("status", "right"), [(200, False), (302, False), (400, True), (422, True), (500, True), (502, False)]
)
def test_a_crash_may_become_any_failure_but_no_success(status: int, right: bool) -> None:
    exchange = next(exchange for exchange in RECORDED if exchange.crash)
    assert (judge(exchange, Answer(status), Marks(HOST)) is None) is right


def test_a_refused_token_is_compared_by_its_status_alone() -> None:
    exchange = next(exchange for exchange in RECORDED if exchange.caller == "anonymous")
    assert judge(exchange, Answer(401, {"content-type": "text/plain"}, "no"), Marks(HOST)) is None
    assert judge(exchange, Answer(403), Marks(HOST))


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ('{"at": "%s", "id": 5, "self": 5}', True),
        ('{"at": "%s", "id": 5, "self": 6}', False),
        ('{"at": "%s", "id": "5", "self": 5}', False),
        ('{"at": "2001-01-01T00:00:00Z", "id": 5, "self": 5}', False),
    ],
)
def test_marks(got: str, right: bool) -> None:
    recorded = '{"at": "{{now}}", "id": {{new:1}}, "self": {{new:1}}}'
    assert is_right(recorded, got.replace("%s", datetime.now(UTC).isoformat())) is right


def test_a_time_without_a_zone_fits_only_where_the_old_service_wrote_none() -> None:
    now = datetime.now(UTC)
    bare, zoned = now.replace(tzinfo=None).isoformat(), now.isoformat()
    assert is_right('{"amendedDate": "{{now}}"}', f'{{"amendedDate": "{bare}"}}')
    assert not is_right('{"amendedDate": "{{now}}"}', f'{{"amendedDate": "{zoned}"}}')
    assert is_right('{"timestamp": "{{now}}"}', f'{{"timestamp": "{zoned}"}}')
    assert not is_right('{"timestamp": "{{now}}"}', f'{{"timestamp": "{bare}"}}')
    late = (now - timedelta(minutes=11)).isoformat()
    assert not is_right('{"timestamp": "{{now}}"}', f'{{"timestamp": "{late}"}}')


def test_text_host_and_any() -> None:
    assert is_right("at {{host}}: {{any}}!", f"at {HOST}: what\never!")
    assert not is_right("at {{host}}", "at other:80")
    assert not is_right("", "true")
    assert not is_right("true", "")


def test_order_of_arrays_is_free_only_where_told() -> None:
    assert not is_right('{"a": [1, 2], "b": [1, 2]}', '{"a": [2, 1], "b": [1, 2]}')
    assert is_right('{"a": [1, 2], "b": [1, 2]}', '{"a": [2, 1], "b": [1, 2]}', unordered=["a"])
    assert not is_right('{"a": [1, 2], "b": [1, 2]}', '{"a": [1, 2], "b": [2, 1]}', unordered=["a"])
    assert not is_right("[1, 1, 2]", "[1, 2, 2]", unordered=True)
    assert is_right('[{"id": {{new:1}}}, {"id": 7}]', '[{"id": 7}, {"id": 9}]', unordered=["$"])


def test_a_patch_is_json_in_text() -> None:
    recorded = json.dumps({"patch": '[{"op": "remove", "path": "/a"}, {"op": "add", "path": "/b", "value": 1}]'})
    same = json.dumps({"patch": '[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/a"}]'})
    assert is_right(recorded, same)
    assert not is_right(recorded, same.replace("remove", "test"))


@pytest.mark.parametrize("name", ["assignedTrusts", "assignedProgrammes"])
def test_no_trusts_or_programmes_may_be_told_in_three_ways(name: str) -> None:
    recorded = f'{{"a": 1, "{name}": null}}'
    for got in (recorded, f'{{"a": 1, "{name}": []}}', '{"a": 1}'):
        assert is_right(recorded, got)
    assert not is_right(recorded, f'{{"a": 1, "{name}": [1]}}')
    assert not is_right(recorded.replace("null", "[]"), recorded)
    assert not is_right('{"a": null}', "{}")


@pytest.mark.parametrize("beginning", ["JSON parse error:", "Required request body is missing:"])
def test_how_a_text_of_a_library_goes_on_is_left_open(beginning: str) -> None:
    recorded = json.dumps({"description": f"{beginning} of its own kind"})
    assert is_right(recorded, json.dumps({"description": f"{beginning} otherwise"}))
    assert not is_right(recorded, json.dumps({"description": "otherwise"}))


def test_alerts_of_all_services_count() -> None:
    exchange = exchange_of("{}")
    for name in ("x-profileapp-alert", "x-tcsapp-params", "x-assessmentapp-error"):
        assert judge(exchange, Answer(200, {name: "x"}, "{}"), Marks(HOST))
