"""Queries that make no sense, sent to every list: a 4xx that says why, or the answer that the old service gave."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from shared.filters import ColumnFilters
from tests.events import Answer
from tests.integration.reference.caller import (
    API,
    FOUR_BYTES,
    WITH_FILTERS,
    WITH_PAGE,
    WITH_PARAMETER,
    WITH_SEARCH,
    Caller,
    refused,
    target_of,
)

EXISTING = [one for one in WITH_FILTERS if one.method == "GET"]
BAD_FILTERS = {
    "empty": "",
    "null": "null",
    "array": "[]",
    "number": "7",
    "broken": '{"status":["CURRENT"]',
    "single quotes": "{'status':['CURRENT']}",
    "value no array": '{"code":"a"}',
    "empty array": '{"id":[]}',
    "null in the array": '{"code":[null]}',
    "unknown column": '{"bogus":["a"]}',
    "SQL for a column": '{"code=1 OR 1":["a"]}',
    "wrong case": '{"STATUS":["CURRENT"]}',
    "unknown path": '{"status.name":["a"]}',
    "deep": '{"code":' + "[" * 3000,
    "twenty digits": '{"id":["12345678901234567890"]}',
    "text for a number": '{"id":["a"]}',
    "flag for a number": '{"id":["true"]}',
    "uuid": '{"uuid":["1b4e28ba-2fa1-11d2-883f-0016d3cca427"]}',
    "malformed percent": "%7",
    "four bytes": json.dumps({"code": [FOUR_BYTES]}, ensure_ascii=False),
    "four bytes escaped": json.dumps({"code": [FOUR_BYTES]}),
    "lone surrogate": '{"code":["\\ud800"]}',
    "NUL for a column": '{"\\u0000":["a"]}',
    "4 KB": '{"code":["' + "a" * 4096,
    "4 KB of columns": "{" + ",".join(f'"c{number}":["a"]' for number in range(340)) + "}",
}
ODD_FILTERS = {
    "nothing asked": "{}",
    "blanks before": "  {}",
    "text after": "{} and so on",
    "no status left": '{"status":["current",null]}',
    "no status at all": '{"status":[]}',
}


def lists(call: Caller, endpoints: Any, **query: str) -> list[tuple[str, Answer]]:
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return [
        (one.template, call(one.method, f"{target_of(one)}?{text}", None if one.method == "GET" else '["a"]'))
        for one in endpoints
    ]


@pytest.mark.parametrize("name", BAD_FILTERS)
def test_bad_filters(call_often: Caller, name: str) -> None:
    assert len(EXISTING) > 30
    assert not refused(lists(call_often, EXISTING, columnFilters=BAD_FILTERS[name]), 400)


@pytest.mark.parametrize("name", ODD_FILTERS)
def test_odd_filters_filter_nothing(call_often: Caller, name: str) -> None:
    plain = lists(call_often, EXISTING)
    filtered = lists(call_often, EXISTING, columnFilters=ODD_FILTERS[name])
    statusless = ("/local-office-contacts",)  # their rows have no status, so it is an unknown column
    for (path, wanted), (_, got) in zip(plain, filtered, strict=True):
        if not path.endswith(statusless):
            assert (got.status, got.json) == (200, wanted.json), path


@pytest.mark.parametrize("text", ['{"\\ud800":1}', '{"\\ud800":[null]}', '{"\\ud800":[[]]}'])
def test_a_lone_surrogate_for_a_column(call_often: Caller, text: str) -> None:
    assert not refused(lists(call_often, EXISTING, columnFilters=text), 400)


@pytest.mark.parametrize("digits", ["9999999999999999999", "9223372036854775808"])
def test_a_number_of_nineteen_digits(call_often: Caller, digits: str) -> None:
    filters = json.dumps({"id": [digits]})
    assert not refused([("genders", call_often("GET", f"{API}/genders?columnFilters={quote(filters)}"))], 400)


@pytest.mark.parametrize("sort", ["", "asc", ",desc", "id", "id,DESC", "id,desc,ignorecase", ".."])
def test_sorts_that_the_old_service_took(call_often: Caller, sort: str) -> None:
    assert {answer.status for _, answer in lists(call_often, WITH_PAGE, sort=sort)} == {200}


@pytest.mark.parametrize("text", [FOUR_BYTES, "%F0%9F%98%80", f'"{FOUR_BYTES}"'], ids=ascii)
def test_a_search_for_what_cannot_be_stored(call_often: Caller, text: str) -> None:
    assert not refused(lists(call_often, WITH_SEARCH, searchQuery=text), 400)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "%",
        "%zz",
        "_",
        "\\",
        "\\\\",
        "'; DROP TABLE Site; --",
        "a" * 4096,
        "%" * 4096,
        "\\" * 4095,
        "%_" * 2000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_odd_searches_find_something_or_nothing(call_often: Caller, text: str) -> None:
    assert {answer.status for _, answer in lists(call_often, WITH_SEARCH, searchQuery=text)} == {200}


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "%_%\\", FOUR_BYTES, "%" * 4096, "\0", "'\""], ids=lambda text: ascii(text[:12])
)
def test_odd_raw_searches_find_something_or_nothing(call_often: Caller, text: str) -> None:
    for path in ("sites/search", "trusts/search", "sites/search-by-trust/x"):
        assert call_often("GET", f"{API}/{path}?searchString={quote(text)}").status == 200


@pytest.mark.parametrize(
    "value",
    [FOUR_BYTES, "%01", "%0A", "%7F", "'", '"', "%60", "..x", "x" * 4096, "%C3%A9", "%E2%80%8B", "+", " "],
    ids=ascii,
)
def test_odd_codes_in_the_path(call_often: Caller, value: str) -> None:
    texts = [one for one in WITH_PARAMETER if one.hints.get("id") is None and one.method == "GET"]
    assert len(texts) > 10
    for endpoint in texts:
        target = target_of(endpoint)
        answer = call_often("GET", target.rpartition("/")[0] + "/" + (value if value.startswith("%") else quote(value)))
        assert answer.status in (200, 302, 400, 404), (target, answer)


@pytest.mark.parametrize(
    "query", ["", "?ids=x", "?ids=1.5", "?ids=1,2&ids=3,4", f"?ids={2**63}", "?ids=null", "?ids=1%2Cx"]
)
def test_bad_ids_in_the_query(call_often: Caller, query: str) -> None:
    for path in ("sites", "trusts", "grades", "funding-sub-types"):
        if path != "funding-sub-types" or "x" in query or not query:
            answer = call_often("GET", f"{API}/{path}/ids/in{query}")
            assert not refused([(path, answer)], 400)


@pytest.mark.parametrize(
    ("path", "filters", "found"),
    [
        ("grades", {"trainingGrade": [True]}, lambda row: row["trainingGrade"]),
        ("dbcs", {"internal": ["false"]}, lambda row: not row["internal"]),
        ("roles", {"roleCategory": ["1"]}, lambda row: row["roleCategory"]["id"] == 1),
        ("roles", {"roleCategory.id": ["1"]}, lambda row: row["roleCategory"]["id"] == 1),
        ("roles", {"status": ["CURRENT", "nonsense"]}, lambda row: row["status"] == "CURRENT"),
        ("sites", {"organizationType.id": ["1", "2"]}, lambda row: (row["organizationType"] or {}).get("id") in (1, 2)),
    ],
)
def test_filters_find_what_fits(call_often: Caller, path: str, filters: ColumnFilters, found: Any) -> None:
    rows = call_often.rows(path)
    answer = call_often("GET", f"{API}/{path}?size=2000&columnFilters={quote(quote(json.dumps(filters)))}")
    wanted = [row["id"] for row in rows if found(row)]
    assert [row["id"] for row in answer.json] == wanted
    assert answer.headers["x-total-count"] == str(len(wanted))


def test_sql_in_a_value_is_a_value(call_often: Caller) -> None:
    filters = quote(json.dumps({"code": ["' OR '1'='1", '") OR 1=1 --']}))
    assert call_often("GET", f"{API}/genders?columnFilters={filters}").json == []
