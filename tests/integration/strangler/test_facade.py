"""The facade as a function between two upstreams: who answers, what is sent on, what comes back."""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from services.strangler.facade import Facade
from tests.events import event
from tests.integration.strangler.conftest import FacadeOf
from tests.integration.strangler.servers import Seen, Server, answer, say

SITES = "GET /reference/api/sites"
LEGACY = {SITES: "legacy"}


def call(
    facade: Facade, method: str = "GET", target: str = "/reference/api/sites", body: Any = None, **more: Any
) -> Any:
    """The facade's result for a call; `headers` may hold lists."""
    made = event(method, target, {}, body)
    headers = more.pop("headers", {})
    made["multiValueHeaders"] = {name: [value] if isinstance(value, str) else value for name, value in headers.items()}
    return facade.answer({**made, **more}, None)


def header(result: Mapping[str, Any], name: str) -> list[str]:
    """The values of a header of a result."""
    return next((values for found, values in result["multiValueHeaders"].items() if found.lower() == name), [])


def served_by(result: Mapping[str, Any]) -> str:
    """Who answered."""
    (name,) = header(result, "x-tis-served-by")
    return name


@pytest.mark.parametrize(
    ("stage", "server"), [("legacy", "legacy"), ("shadow", "legacy"), ("live", "reference"), ("retired", "reference")]
)
def test_stage_decides_who_answers(facade_of: FacadeOf, stage: str, server: str) -> None:
    result = call(facade_of({SITES: stage}))
    assert (result["statusCode"], served_by(result)) == (200, server)


def test_unlisted_path_elsewhere_goes_to_legacy_untouched(facade_of: FacadeOf, legacy: Server) -> None:
    result = call(facade_of({SITES: "live"}), target="/somewhere/else?a=%2F&b")
    assert (served_by(result), legacy.seen[0].target) == ("legacy", "/somewhere/else?a=%2F&b")


@pytest.mark.parametrize(
    "target",
    [
        "/reference/api/x%2Fy",
        "/reference/api/%C3%A9?q=%20+&q=a%26b&empty",
        "/reference//api/./a;b=c/..%2f",
        "/reference/api/x?",
    ],
)
def test_target_is_forwarded_to_the_byte(facade_of: FacadeOf, legacy: Server, target: str) -> None:
    call(facade_of(LEGACY), target=target)
    assert legacy.seen[0].target == target


def test_target_is_appended_to_the_upstreams_own_path(facade_of: FacadeOf, reference: Server) -> None:
    call(facade_of({SITES: "live"}), target="/reference/api/sites?page=1")
    assert reference.seen[0].target == "/_fn/reference/reference/api/sites?page=1"


def test_bodies_pass_to_the_byte_both_ways(facade_of: FacadeOf, legacy: Server) -> None:
    blob = bytes(range(256)) * 40
    legacy.script = lambda seen: answer(seen.body)
    result = call(facade_of(LEGACY), "POST", body=b64encode(blob).decode(), isBase64Encoded=True)
    assert legacy.seen[0].body == blob
    assert result["isBase64Encoded"]
    assert b64decode(result["body"]) == blob


def test_text_passes_as_text(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = lambda seen: answer(seen.body)
    result = call(facade_of(LEGACY), "POST", body='{"name":"Ynys Môn \U0001f3e5"}')
    assert (result["body"], result["isBase64Encoded"]) == ('{"name":"Ynys Môn \U0001f3e5"}', False)


def test_large_bodies_pass(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = lambda seen: answer(seen.body)
    text = '"' * 3_500_000
    result = call(facade_of(LEGACY), "POST", body=text)
    body = b64decode(result["body"]) if result["isBase64Encoded"] else result["body"].encode()
    assert body == text.encode()


def test_compressed_answer_passes_as_it_is(facade_of: FacadeOf, legacy: Server) -> None:
    packed = gzip.compress(b'{"a":1}' * 100)
    legacy.script = say(packed, "200 OK", "Content-Encoding: gzip")
    result = call(facade_of(LEGACY), headers={"accept-encoding": "gzip"})
    assert (b64decode(result["body"]), header(result, "content-encoding")) == (packed, ["gzip"])
    assert legacy.seen[0].one("accept-encoding") == "gzip"


def test_repeated_headers_and_cookies_stay_apart(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = say(
        b"", "200 OK", "Set-Cookie: a=1; Path=/", "X-Other: x", "set-cookie: b=2, c", "Link: <a>", "Link: <b>"
    )
    result = call(facade_of(LEGACY), headers={"x-many": ["1", "2"], "cookie": "k=v"})
    assert header(result, "set-cookie") == ["a=1; Path=/", "b=2, c"]
    assert header(result, "link") == ["<a>", "<b>"]
    assert legacy.seen[0].all("x-many") == ["1", "2"]


def test_head_keeps_the_length_and_has_no_body(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: x\r\n\r\n"
    facade = facade_of(LEGACY)
    for _ in range(2):  # the connection is in step after it
        result = call(facade, "HEAD")
        assert (result["statusCode"], result["body"], header(result, "content-length")) == (200, "", ["1234"])
    assert legacy.seen[0].line == "HEAD /reference/api/sites HTTP/1.1"


def test_redirect_is_not_followed(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = say(b"", "302 Found", "Location: http://inner.example/reference/api/sites/1")
    result = call(facade_of(LEGACY))
    assert (result["statusCode"], header(result, "location")) == (302, ["http://inner.example/reference/api/sites/1"])
    assert len(legacy.seen) == 1


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_answers_without_body_leave_the_connection_usable(facade_of: FacadeOf, legacy: Server, status: str) -> None:
    legacy.script = lambda _: f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()
    facade = facade_of(LEGACY)
    assert [call(facade)["statusCode"] for _ in range(2)] == [int(status[:3])] * 2
    assert legacy.connections == 1


def test_hundred_headers_pass(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = say(b"{}", "200 OK", *[f"X-Header-{number}: {number}" for number in range(150)])
    result = call(facade_of(LEGACY))
    assert header(result, "x-header-149") == ["149"]


def test_interim_answers_and_trailers_are_left_out(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = lambda _: (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    facade = facade_of(LEGACY)
    for _ in range(2):
        result = call(facade)
        assert (result["statusCode"], result["body"], header(result, "link")) == (200, "hello world", [])
    assert legacy.connections == 1


def test_expect_is_not_sent_on(facade_of: FacadeOf, legacy: Server) -> None:
    call(facade_of(LEGACY), "PUT", body="{}", headers={"expect": "100-continue", "content-length": "2"})
    assert (legacy.seen[0].all("expect"), legacy.seen[0].body) == ([], b"{}")


def test_connection_is_kept(facade_of: FacadeOf, legacy: Server) -> None:
    facade = facade_of(LEGACY)
    for _ in range(5):
        call(facade)
    assert legacy.connections == 1


def test_connection_that_the_server_closed_is_not_used_again(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.closes = True
    facade = facade_of({SITES: "legacy", "POST /reference/api/sites": "legacy"})
    for method in ("GET", "POST", "POST"):
        assert call(facade, method, body="{}")["statusCode"] == 200
        assert legacy.closed.acquire(timeout=5)
    assert (legacy.connections, len(legacy.seen)) == (3, 3)


def test_hop_is_told_to_the_upstream(facade_of: FacadeOf, legacy: Server) -> None:
    call(facade_of(LEGACY), headers={"Host": "tis.example", "Via": "1.0 proxy", "X-Forwarded-For": "10.0.0.9"})
    seen = legacy.seen[0]
    assert seen.one("host") == legacy.url.removeprefix("http://")
    assert seen.one("via") == "1.0 proxy, 1.1 strangler"
    assert seen.one("x-forwarded-for") == "10.0.0.9, 127.0.0.1"
    assert seen.one("x-forwarded-host") == "tis.example"
    assert seen.one("forwarded") == 'for=127.0.0.1;host="tis.example";proto=http;by=_strangler'


def test_host_is_kept_where_the_file_says_so(facade_of: FacadeOf, legacy: Server) -> None:
    call(facade_of(LEGACY, keep_host=["legacy"]), headers={"Host": "tis.example"})
    assert legacy.seen[0].one("host") == "tis.example"


def test_token_is_passed_on_untouched(facade_of: FacadeOf, legacy: Server) -> None:
    call(facade_of(LEGACY), headers={"Authorization": "Bearer forged.token.x", "OIDC_access_token": "abc"})
    assert (legacy.seen[0].one("authorization"), legacy.seen[0].one("oidc_access_token")) == (
        "Bearer forged.token.x",
        "abc",
    )


def test_ids_follow_the_call_and_come_back(facade_of: FacadeOf, legacy: Server) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"X-Correlation-Id": "abc-1", "traceparent": trace, "tracestate": "a=b", "X-Amzn-Trace-Id": "Root=1-2-3"}
    result = call(facade_of(LEGACY), headers=headers)
    parent = legacy.seen[0].one("traceparent")
    assert (parent[:36], parent[52:], parent[36:52] != trace[36:52]) == (trace[:36], trace[52:], True)
    assert (legacy.seen[0].one("tracestate"), legacy.seen[0].one("x-correlation-id")) == ("a=b", "abc-1")
    assert (header(result, "x-correlation-id"), header(result, "x-amzn-trace-id")) == (["abc-1"], ["Root=1-2-3"])


def test_calls_in_circles_are_ended(facade_of: FacadeOf, legacy: Server) -> None:
    result = call(facade_of(LEGACY), headers={"via": "1.1 strangler, 1.1 other, 1.1 strangler"})
    assert (result["statusCode"], served_by(result), legacy.seen) == (508, "strangler", [])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {"content-length": ["2", "2"]}}, 400),
        ({"headers": {"Content-Length": "2", "content-length": "3"}}, 400),
        ({"headers": {"content-length": "2", "transfer-encoding": "chunked"}}, 400),
        ({"headers": {"content-length": "-1"}}, 400),
        ({"headers": {"x-a": "a\r\nx-b: c"}}, 400),
        ({"headers": {"x-a": "a\0"}}, 400),
        ({"headers": {"x a": "b"}}, 400),
        ({"headers": {"X-Amzn-Trace-Id": "Root=1\r\nx-b: c", "x-correlation-id": "a\nb"}}, 400),
        ({"headers": {"x-a": "b" * 11_000}}, 431),
        ({"target": "/reference/api/sites?q=" + "b" * 11_000}, 414),
        ({"method": "POST", "body": "x" * (6 * 1024 * 1024 + 1)}, 413),
        ({"method": "POST", "body": "%%%", "isBase64Encoded": True}, 400),
    ],
)
def test_what_cannot_be_carried_is_refused(
    facade_of: FacadeOf, legacy: Server, change: dict[str, Any], status: int
) -> None:
    result = call(facade_of(LEGACY), **change)
    problem = json.loads(result["body"])
    assert (result["statusCode"], problem["status"], served_by(result)) == (status, status, "strangler")
    assert header(result, "content-type") == ["application/problem+json"]
    assert not any("\n" in value for values in result["multiValueHeaders"].values() for value in values)
    assert legacy.seen == []


def test_long_query_passes(facade_of: FacadeOf, legacy: Server) -> None:
    target = "/reference/api/sites?columnFilters=" + "b" * 4096
    assert call(facade_of(LEGACY), target=target)["statusCode"] == 200
    assert legacy.seen[0].target == target


@pytest.mark.parametrize(
    "body", [bytes(7_000_000), b"\xff" * 5_000_000, b'"' * 5_000_000], ids=["raw", "in base64", "escaped"]
)
def test_answer_that_is_too_large_is_refused(facade_of: FacadeOf, legacy: Server, body: bytes) -> None:
    legacy.script = say(body)
    result = call(facade_of(LEGACY))
    assert (result["statusCode"], served_by(result)) == (502, "strangler")


def test_options_that_has_no_hops_left_is_answered_here(facade_of: FacadeOf, legacy: Server) -> None:
    facade = facade_of(LEGACY)
    assert served_by(call(facade, "OPTIONS", headers={"max-forwards": "0"})) == "strangler"
    call(facade, "OPTIONS", headers={"max-forwards": "3"})
    assert [seen.one("max-forwards") for seen in legacy.seen] == ["2"]


def test_rule_pins_a_caller(facade_of: FacadeOf) -> None:
    facade = facade_of({SITES: {"stage": "legacy", "rules": [{"side": "new", "header": {"x-preview": "1"}}]}})
    assert [served_by(call(facade, headers=headers)) for headers in ({}, {"X-Preview": "1"})] == ["legacy", "reference"]


def test_all_legacy_takes_all_but_the_retired_back(facade_of: FacadeOf) -> None:
    facade = facade_of({SITES: "live", "GET /reference/api/roles": "retired"})
    source = facade._table._source
    source.all_legacy = True  # type: ignore[attr-defined]
    assert served_by(call(facade)) == "legacy"
    assert served_by(call(facade, target="/reference/api/roles")) == "reference"


def test_line_names_the_route_and_nothing_personal(facade_of: FacadeOf, capsys: pytest.CaptureFixture[str]) -> None:
    facade = facade_of({"GET /reference/api/sites/{id}": "legacy"})
    call(
        facade,
        target="/reference/api/sites/secret@example.org?q=private",
        headers={"authorization": "Bearer topsecret"},
    )
    call(facade, target="/unknown/secret@example.org")
    out = capsys.readouterr().out
    assert "secret" not in out.replace("topsecret", "secret")
    assert "private" not in out
    told = [json.loads(line) for line in out.splitlines()]
    assert [line["route"] for line in told] == ["GET /reference/api/sites/{id}"] * 2 + ["unlisted"] * 2


def test_fault_of_our_own_is_a_clear_500(facade_of: FacadeOf, monkeypatch: pytest.MonkeyPatch) -> None:
    facade = facade_of(LEGACY)
    monkeypatch.setattr(facade._exchange, "ask", lambda *_: 1 / 0)
    result = call(facade)
    assert (result["statusCode"], served_by(result)) == (500, "strangler")
    assert "ZeroDivision" not in result["body"]


def test_problem_names_no_inner_host(facade_of: FacadeOf, legacy: Server) -> None:
    def garbage(_: Seen) -> bytes:
        return b"SSH-2.0-OpenSSH\r\n\r\n"

    legacy.script = garbage
    result = call(facade_of(LEGACY))
    assert result["statusCode"] == 502
    assert "127.0.0.1" not in result["body"]
    assert json.loads(result["body"])["strangler"] == {"route": SITES}
