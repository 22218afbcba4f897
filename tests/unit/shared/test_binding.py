"""Arguments of views, read from requests by annotation."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.errors import ApiError, BadRequest, UnsupportedMedia
from shared.http.binding import Call, PathUuid, RawText, binder_of, camel, path_flag, path_number
from shared.http.request import Request
from shared.jackson import Long, Text
from shared.paging import PageRequest
from tests.events import event
from tests.unit.shared.refusals import maybe_refused

UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
JSON = {"Content-Type": "application/json"}


class Thing(BaseModel):
    code: Text = None
    number: Long = None


def call_of(
    target: str = "/a", body: str | None = None, headers: dict[str, str] | None = None, parameters: tuple[str, ...] = ()
) -> Call:
    call = Call(Request(event("POST", target, JSON if headers is None else headers, body)))
    call.parameters = parameters
    return call


def read(hint: Any, target: str = "/a", body: str | None = None, headers: dict[str, str] | None = None) -> Any:
    name = "body" if body is not None else "ids"
    return binder_of(name, hint, "/a")(call_of(target, body, headers))


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("-7", -7), ("+7", 7), (" 7 ", 7), (str(2**63 - 1), 2**63 - 1), (str(-(2**63)), -(2**63))],
)
def test_path_number(text: str, number: int) -> None:
    assert path_number(text) == number


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e3", "٣", str(2**63), "9" * 25, "9" * 5000, "1_000", "null"])
def test_path_number_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        path_number(text)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("true", True),
        ("YES", True),
        ("on", True),
        ("1", True),
        ("False", False),
        ("no", False),
        ("off", False),
        ("0", False),
    ],
)
def test_path_flag(text: str, flag: bool) -> None:
    assert path_flag(text) is flag


@pytest.mark.parametrize("text", ["", "y", "2", "truee", "ja"])
def test_path_flag_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        path_flag(text)


@pytest.mark.parametrize("kind", [int, bool, PathUuid])
@given(text=st.text())
def test_any_path_value_is_read_or_refused(kind: Any, text: str) -> None:
    bind = binder_of("id", kind, "/a/{id}")
    with maybe_refused(BadRequest):
        bind(call_of(parameters=(text,)))


@pytest.mark.parametrize(
    ("target", "ids"),
    [
        ("/a?ids=1,2", [1, 2]),
        ("/a?ids=1&ids=2", [1, 2]),
        ("/a?ids=%201%20,%202", [1, 2]),
        ("/a?ids=", []),
        ("/a?ids=,,", []),
        ("/a?ids=1,,2", [1, 2]),
    ],
)
def test_query_list(target: str, ids: list[int]) -> None:
    assert read(list[int], target) == ids


@pytest.mark.parametrize("target", ["/a", "/a?ids=x", "/a?ids=1.5", "/a?ids=1,2&ids=3", f"/a?ids={2**63}"])
def test_query_list_refuses(target: str) -> None:
    with pytest.raises(BadRequest, match="ids"):
        read(list[int], target)


@pytest.mark.parametrize(
    ("hint", "target", "text"),
    [(str, "/a?ids=x", "x"), (str, "/a?ids=", ""), (str | None, "/a", None), (str | None, "/a?ids=1&ids=2", "1,2")],
)
def test_query_text(hint: Any, target: str, text: str | None) -> None:
    assert read(hint, target) == text


def test_query_text_refuses_what_is_missing() -> None:
    with pytest.raises(BadRequest, match="ids is missing"):
        read(str)


@pytest.mark.parametrize(
    "headers", [JSON, {"content-type": "application/json;charset=UTF-8"}, {"Content-Type": "application/problem+json"}]
)
def test_json_body(headers: dict[str, str]) -> None:
    assert read(Thing, body='{"code":"a","number":"7"} rest', headers=headers) == Thing(code="a", number=7)


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/json", "application/jsonp"]
)
def test_json_body_refuses_other_media(media_type: str) -> None:
    with pytest.raises(UnsupportedMedia, match="application/json"):
        read(Thing, body="{}", headers={"Content-Type": media_type})


@pytest.mark.parametrize(
    ("hint", "body"),
    [
        (Thing, ""),
        (Thing, "null"),
        (Thing, "[]"),
        (Thing, '"text"'),
        (Thing, "{code:1}"),
        (Thing, '{"number":"x"}'),
        (list[Thing], "{}"),
        (list[Thing], "[null]"),
        (list[Thing], "[[]]"),
        (list[Text], "[{}]"),
        (list[Long], '["x"]'),
    ],
)
def test_json_body_refuses(hint: Any, body: str) -> None:
    with pytest.raises(BadRequest, match=r".+\."):
        read(hint, body=body)


@pytest.mark.parametrize(
    ("body", "media_type", "text"),
    [
        ("a", "", "a"),
        ('"a"', "application/json", '"a"'),
        ("a", "application/x-www-form-urlencoded", "a="),
        ("a=b", "application/x-www-form-urlencoded", "a=b"),
        ("  a\n", "text/plain", "  a\n"),
    ],
)
def test_raw_text(body: str, media_type: str, text: str) -> None:
    assert read(RawText, body=body, headers={"Content-Type": media_type}) == text


@pytest.mark.parametrize("body", ["", "\N{GRINNING FACE}", "\ud800"])
def test_raw_text_refuses(body: str) -> None:
    with pytest.raises(BadRequest, match=r".+\."):
        read(RawText, body=body)


@pytest.mark.parametrize(
    ("name", "spelled"), [("ids", "ids"), ("search_query", "searchQuery"), ("column_filters", "columnFilters")]
)
def test_query_parameters_are_in_camel_case(name: str, spelled: str) -> None:
    assert camel(name) == spelled


def test_page_and_request_are_made_of_the_request() -> None:
    call = call_of("/a?page=3")
    assert binder_of("page", PageRequest, "/a")(call).number == 3
    assert binder_of("whole", Request, "/a")(call) is call.request


BINDERS: list[Callable[[Call], Any]] = [
    binder_of("body", hint, "/a") for hint in (Thing, list[Thing], list[Text], list[Long], RawText)
]


@given(
    st.sampled_from(BINDERS),
    st.text(),
    st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded", ""]),
)
def test_any_body_is_read_or_refused(bind: Callable[[Call], Any], body: str, media_type: str) -> None:
    with maybe_refused(ApiError):
        bind(call_of("/a", body, {"Content-Type": media_type}))
