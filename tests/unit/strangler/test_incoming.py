"""A call out of an event: its target to the byte where the gateway tells it, rebuilt with care where it does not."""

from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.strangler.incoming import headers_of, target_of
from services.strangler.problems import Refusal
from tests.events import event
from tests.unit.strangler.calls import incoming


def without_raw_target(path: str, query: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """An event as AWS makes it."""
    return {"path": path, "multiValueQueryStringParameters": query, "requestContext": {}}


def test_raw_target_is_taken_as_it_is() -> None:
    assert incoming("/a%2Fb/%7e?x=1&x=%20+").target == "/a%2Fb/%7e?x=1&x=%20+"


@pytest.mark.parametrize("raw", ["", "http://evil/", "/a b", "/a\r\nx: y", "/a#b", "/\u00e9", "a"])
def test_raw_target_that_is_none_is_not_taken(raw: str) -> None:
    made = without_raw_target("/right") | {"requestContext": {"tisRawTarget": raw}}
    assert target_of(made) == "/right"


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/a b/é", None, "/a%20b/%C3%A9"),
        ("/a%2Fb", None, "/a%252Fb"),
        ("/a?b#c", None, "/a%3Fb%23c"),
        ("/x", {"q": ["a&b=c d", "+"], "e": [""]}, "/x?q=a%26b%3Dc%20d&q=%2B&e="),
        ("", None, "/"),
    ],
)
def test_target_is_rebuilt(path: str, query: dict[str, list[str]] | None, target: str) -> None:
    assert target_of(without_raw_target(path, query)) == target


@given(
    st.text(max_size=20), st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), min_size=1), max_size=4)
)
def test_rebuilt_target_decodes_to_what_was_asked(path: str, query: dict[str, list[str]]) -> None:
    path = "/" + path.encode("utf-8", "ignore").decode()
    query = {
        name.encode("utf-8", "ignore").decode(): [value.encode("utf-8", "ignore").decode() for value in values]
        for name, values in query.items()
    }
    target = target_of(without_raw_target(path, query))
    assert target.isascii()
    rebuilt_path, _, rebuilt_query = target.partition("?")
    assert unquote(rebuilt_path) == path
    assert parse_qs(rebuilt_query, keep_blank_values=True) == query


def test_headers_in_two_spellings_come_together() -> None:
    several = {"X-A": ["1"], "x-a": ["2"], "B": ["3"]}
    assert headers_of({"multiValueHeaders": several}) == {"x-a": ["1", "2"], "b": ["3"]}
    assert several == {"X-A": ["1"], "x-a": ["2"], "B": ["3"]}


def test_event_with_single_headers_alone_is_read() -> None:
    assert headers_of({"headers": {"X-A": "1"}, "multiValueHeaders": None}) == {"x-a": ["1"]}
    assert headers_of({"headers": None}) == {}


def test_event_without_identity_is_read() -> None:
    made = event("GET", "/x", {})
    made["requestContext"] = {}
    assert incoming().source_ip == "198.51.100.7"
    assert target_of(made) == "/x"


def refused_status(target: str) -> int | None:
    """The status by which a call is refused, if it is."""
    try:
        incoming(target).check()
    except Refusal as refusal:
        return refusal.status
    return None


def test_limit_of_the_target() -> None:
    assert [refused_status("/" + "x" * (size - 1)) for size in (10_240, 10_241)] == [None, 414]
