"""Queries and paths that make no sense, sent to every list: a 4xx that says why, or the answer of the old service."""

from urllib.parse import quote

import pytest

from tests.events import Answer
from tests.integration.caller import FOUR_BYTES, Caller, refused, target_of

BAD_SORTS = (
    "bogus",
    "CODE",
    "id;DROP TABLE Site",
    "id;DROP TABLE Site,asc",
    "(SELECT 1)",
    "id,bogus,desc",
    "id--",
    "`id`",
    '"id"',
    "1",
    "status.name",
    " id ",
    "id.",
    ".id",
    "id'",
    "sleep(5)",
    FOUR_BYTES,
    "\0",
    "x" * 4096,
)
BAD_NUMBERS = ("", "-1", "two", "1.5", "1e3", "٣", "2147483648", "9" * 400, "NaN", "\0", FOUR_BYTES, "1;2")


def pages(call: Caller, **query: str) -> list[tuple[str, Answer]]:
    """Every list that comes in pages, asked with a query."""
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    lists = call.catalogue.reading("page")
    assert lists
    return [(one.template, call(one.method, f"{target_of(one)}?{text}")) for one in lists]


@pytest.mark.parametrize("sort", BAD_SORTS, ids=lambda sort: ascii(sort[:20]))
def test_bad_sorts(call_often: Caller, sort: str) -> None:
    assert not refused(pages(call_often, sort=sort), 400)


def test_many_sorts(call_often: Caller) -> None:
    for key in ("id", "name"):
        answers = pages(call_often, sort=",".join([key] * 3000))
        assert {answer.status for _, answer in answers} <= {200, 400}


@pytest.mark.parametrize("number", BAD_NUMBERS, ids=lambda number: ascii(number[:12]))
@pytest.mark.parametrize("name", ["page", "size"])
def test_bad_pages_are_the_first(call_often: Caller, name: str, number: str) -> None:
    answers = pages(call_often, **{name: number})
    assert {answer.status for _, answer in answers} == {200}
    assert [answer.body for _, answer in answers] == [answer.body for _, answer in pages(call_often)]


@pytest.mark.parametrize(
    "query",
    [
        "?",
        "?&&&",
        "?=",
        "?a",
        "?%",
        "?%zz=1",
        "?page",
        "?" + "a=b&" * 1000,
        "?" + "x" * 4096,
        "?page=1&page=2",
        "?size=1&size=2",
    ],
    ids=lambda query: query[:12],
)
def test_odd_queries_are_nobodys_business(call_often: Caller, query: str) -> None:
    lists = call_often.catalogue.reading("page")
    assert {call_often("GET", target_of(one) + query).status for one in lists} == {200}


@pytest.mark.parametrize(
    "sign", ["%2F", "%25", "%2e", "%3B", ";", "%5C", "\\", "%00", "//", "/./", "/../", "%FF", "%ED%A0%80"]
)
def test_a_path_with_two_readings(call_often: Caller, sign: str) -> None:
    endpoints = call_often.catalogue.with_parameter
    answers = ((one.template, call_often(one.method, f"{target_of(one)}{sign}x")) for one in endpoints)
    assert not refused(answers, 400)


@pytest.mark.parametrize(
    "value", ["x", "1.5", "-", "9" * 30, "1;2", "0x1g", "null", "٣", "NaN", "1 OR 1=1", FOUR_BYTES], ids=ascii
)
def test_bad_ids_in_the_path(call_often: Caller, value: str) -> None:
    keyed = [one for one in call_often.catalogue.with_parameter if one.hints.get("id", str) is not str]
    assert keyed
    answers = ((one.template, call_often(one.method, target_of(one, id=quote(value)))) for one in keyed)
    assert not refused(answers, 400)


@pytest.mark.parametrize("value", ["de", "", "xx-YY", "\0", FOUR_BYTES, "../..", "a\r\nSet-Cookie: b=c"], ids=ascii)
def test_any_language_is_nobodys_business(call_often: Caller, value: str) -> None:
    assert {answer.status for _, answer in pages(call_often, language=value)} == {200}
