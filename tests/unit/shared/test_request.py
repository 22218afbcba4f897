"""Requests as API Gateway's events tell them."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.http.request import FORBIDDEN_IN_PATH, PASSED_ON, Request
from tests.events import event
from tests.unit.shared.refusals import maybe_refused


def request_of(target: str = "/reference/api/sites", **parts: Any) -> Request:
    return Request({**event("GET", target, {}), **parts})


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/a/b", ["a", "b"]),
        ("/a/", ["a", ""]),
        ("/a%20b/c", ["a b", "c"]),
        ("/caf%C3%A9", ["café"]),
        ("/a+b", ["a+b"]),
        ("/1,2", ["1,2"]),
        ("/a.b", ["a.b"]),
        ("/%7Bx%7D", ["{x}"]),
    ],
)
def test_segments_are_decoded(path: str, segments: list[str]) -> None:
    assert request_of(path).segments == segments


@pytest.mark.parametrize("sign", [*FORBIDDEN_IN_PATH, "%2F", "%5C", "%3B", "%2E"])
def test_a_path_with_two_readings_is_refused(sign: str) -> None:
    with pytest.raises(BadRequest, match="path"):
        _ = request_of(f"/a{sign}b").segments


@pytest.mark.parametrize("path", ["/%FF", "/%C3", "/%ED%A0%80", "/%F5%80%80%80"])
def test_a_path_that_is_not_utf8_is_refused(path: str) -> None:
    with pytest.raises(BadRequest, match="UTF-8"):
        _ = request_of(path).segments


def test_the_gateways_path_serves_where_there_is_no_raw_one() -> None:
    assert request_of("/a", requestContext={}, path="/b c").segments == ["b c"]


def test_repeated_headers_are_joined() -> None:
    request = request_of(multiValueHeaders={"Accept": ["text/html", "application/json"]})
    assert request.headers == {"accept": "text/html,application/json"}


@pytest.mark.parametrize(
    "parts", [{"multiValueHeaders": None, "headers": None}, {"multiValueHeaders": {}, "headers": {}}]
)
def test_no_headers_at_all(parts: dict[str, Any]) -> None:
    request = request_of(**parts)
    assert (request.headers, request.media_type, request.token) == ({}, "", None)


def test_repeated_parameters_are_joined_for_texts() -> None:
    request = request_of("/a?q=1&q=2&e=")
    assert (request.query_values("q"), request.query_text("q")) == (["1", "2"], "1,2")
    assert (request.query_text("e"), request.query_text("none")) == ("", None)


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"authorization": "Bearer abc"}, "abc"),
        ({"Authorization": "bearer  abc "}, "abc"),
        ({"Authorization": "abc"}, "abc"),
        ({"Authorization": "Bearer "}, ""),
        ({"OIDC_access_token": "abc"}, "abc"),
        ({"OIDC_access_token": "abc", "Authorization": "Bearer def"}, "def"),
        ({}, None),
    ],
)
def test_token(headers: dict[str, str], token: str | None) -> None:
    assert Request(event("GET", "/a", headers)).token == token


@pytest.mark.parametrize(
    ("body", "encoded", "text"),
    [(None, False, ""), ("", False, ""), ("é", False, "é"), (base64.b64encode("é".encode()).decode(), True, "é")],
)
def test_body(body: str | None, encoded: bool, text: str) -> None:
    assert request_of(body=body, isBase64Encoded=encoded).body == text


@pytest.mark.parametrize(
    "body", [base64.b64encode(b"\xff\xfe").decode(), base64.b64encode(b"\xed\xa0\x80").decode(), "a", "é"]
)
def test_a_body_that_is_not_utf8_is_refused(body: str) -> None:
    with pytest.raises(BadRequest, match="UTF-8"):
        _ = request_of(body=body, isBase64Encoded=True).body


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("", ""),
        (";", ""),
    ],
)
def test_media_type(header: str, media_type: str) -> None:
    assert Request(event("POST", "/a", {"Content-Type": header})).media_type == media_type


@pytest.mark.parametrize(
    ("accept", "accepted"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*", True),
        ("text/html, application/json;q=0.5", True),
        ("application/hal+json", True),
        ("text/html", False),
        ("application/xml", False),
        ("nonsense", False),
    ],
)
def test_accept(accept: str | None, accepted: bool) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert Request(event("GET", "/a", headers)).accepts_json is accepted


PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
AMAZON = "Root=1-67891233-abcdef012345678912345678;Sampled=1"


def passed_on(**headers: str) -> dict[str, str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(event("GET", "/a", {"x-correlation-id": "c-1", **sent})).passed_on


def test_trace_is_passed_on_as_it_came() -> None:
    sent = {"x_amzn_trace_id": AMAZON, "traceparent": PARENT, "tracestate": "a=" + "b" * 510, "accept": "*/*"}
    assert passed_on(**sent) == {
        "x-correlation-id": "c-1",
        "traceparent": PARENT,
        "tracestate": sent["tracestate"],
        "x-amzn-trace-id": AMAZON,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tracestate", "a=" + "b" * 511),
        ("tracestate", "a" * 9_500),
        ("tracestate", "a=é"),
        ("tracestate", "a\r\nb: c"),
        ("tracestate", ""),
        ("traceparent", "0" * 129),
        ("x_amzn_trace_id", "R" * 513),
        ("x_amzn_trace_id", 'a"b'),
    ],
)
def test_what_would_have_the_next_call_refused_is_dropped(name: str, value: str) -> None:
    assert passed_on(**{name: value}) == {"x-correlation-id": "c-1"}


@pytest.mark.parametrize("value", ["x" * 129, "a b", "李"])
def test_a_correlation_id_that_the_facade_would_replace_is_dropped(value: str) -> None:
    assert passed_on(x_correlation_id=value) == {}


@given(st.sampled_from(sorted(PASSED_ON)), st.text())
def test_what_is_passed_on_is_bounded_whatever_was_sent(name: str, value: str) -> None:
    found = Request(event("GET", "/a", {name: value * 50})).passed_on
    assert all(len(one) <= 512 and one.isascii() and one.isprintable() for one in found.values())


@given(st.text())
def test_any_path_has_segments_or_is_refused(path: str) -> None:
    with maybe_refused(BadRequest):
        assert isinstance(request_of(requestContext={"tisRawTarget": path}, path=path).segments, list)


@given(st.text(), st.booleans())
def test_any_body_is_text_or_refused(body: str, encoded: bool) -> None:
    with maybe_refused(BadRequest):
        assert isinstance(request_of(body=body, isBase64Encoded=encoded).body, str)


@pytest.mark.parametrize(
    ("path", "last"),
    [("/reference/api/x/a%b", "a%b"), ("/reference/api/x/%41", "%41"), ("/reference/api/x/é b", "é b")],
)
def test_a_path_without_its_raw_form_is_decoded_already(path: str, last: str) -> None:
    call = event("GET", "/", {})
    call["path"] = path
    del call["requestContext"]["tisRawTarget"]
    assert Request(call).segments[-1] == last


@pytest.mark.parametrize("path", ["/a//b", "/a/../b", "/a;b", "/a\\b"])
def test_a_path_without_its_raw_form_is_refused_like_any(path: str) -> None:
    call = event("GET", "/", {})
    call["path"] = path
    del call["requestContext"]["tisRawTarget"]
    with pytest.raises(BadRequest):
        _ = Request(call).segments
