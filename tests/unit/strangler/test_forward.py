"""Header rules of RFC 9110 section 7.6, Forwarded, and trace context."""

import pytest

from services.strangler.forward import Trace, addresses, body_sent, given_back, leg, outgoing, trace_of
from services.strangler.problems import Refusal
from shared.calling.wire import Answer

TRACE = Trace("c-1", "a" * 32, "01", restarted=False, amazon="")
PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


def sent(headers: dict[str, list[str]], address: str = "198.51.100.7") -> dict[str, list[str]]:
    """The headers sent on."""
    return outgoing(headers, TRACE, address)


def test_what_belongs_to_the_callers_hop_is_left_out() -> None:
    hop = (
        "keep-alive",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-authenticate",
    )
    headers = {name: ["x"] for name in (*hop, "expect", "content-length", "host", "x-mine", "x-other")}
    found = sent({**headers, "connection": ["close, X-Mine", "TE"]})
    assert not {*hop, "expect", "content-length", "host", "x-mine", "connection"} & set(found)
    assert found["x-other"] == ["x"]


def test_trailer_is_not_hop_by_hop() -> None:
    assert sent({"trailer": ["x-sum"]})["trailer"] == ["x-sum"]


@pytest.mark.parametrize(
    ("address", "host", "before", "expected"),
    [
        ("198.51.100.7", "tis.example", None, 'for=198.51.100.7;host="tis.example";proto=http;by=_strangler'),
        ("2001:db8::1", "a:1", None, 'for="[2001:db8::1]";host="a:1";proto=http;by=_strangler'),
        ("", 'a"b', None, r'for=unknown;host="a\"b";proto=http;by=_strangler'),
        ("1.2.3.4", "h", "for=5.6.7.8", 'for=5.6.7.8, for=1.2.3.4;host="h";proto=http;by=_strangler'),
    ],
)
def test_forwarded(address: str, host: str, before: str | None, expected: str) -> None:
    headers = {"host": [host]} | ({"forwarded": [before]} if before else {})
    assert sent(headers, address)["forwarded"] == [expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "1.2.3.4"),
        (["1.2.3.4"], "1.2.3.4"),
        (["5.6.7.8", "9.9.9.9"], "5.6.7.8, 9.9.9.9, 1.2.3.4"),
        (["5.6.7.8,1.2.3.4"], "5.6.7.8, 1.2.3.4"),
    ],
)
def test_caller_stands_once_at_the_end_of_x_forwarded_for(values: list[str], expected: str) -> None:
    assert addresses(values, "1.2.3.4") == expected


def test_forwarded_proto_is_one_that_there_is() -> None:
    assert sent({"x-forwarded-proto": ["https"]})["x-forwarded-proto"] == ["https"]
    assert "evil" not in str(sent({"x-forwarded-proto": ['x;by="evil"']}))


def test_third_passage_is_refused() -> None:
    assert sent({"via": ["1.1 strangler"]})["via"] == ["1.1 strangler, 1.1 strangler"]
    assert sent({"via": ["1.1 strangler-two, 1.1 strangler.example", "1.1 x (strangler)"]})
    with pytest.raises(Refusal):
        sent({"via": ["1.1 strangler", "HTTP/1.1 strangler"]})


def test_each_leg_has_a_parent_of_its_own_and_its_host() -> None:
    base = sent({})
    one, other = leg(base, TRACE, "a"), leg(base, TRACE, "b")
    assert one["traceparent"] != other["traceparent"]
    assert (one["host"], other["host"]) == (["a"], ["b"])
    assert "traceparent" not in base


def test_valid_trace_is_carried_on() -> None:
    trace = trace_of({"x-correlation-id": ["abc"], "traceparent": [PARENT]})
    assert trace == Trace("abc", "a" * 32, "01", restarted=False, amazon="")


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "x",
        PARENT.upper(),
        f"ff{PARENT[2:]}",
        PARENT + "-x",
        f"00-{'0' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        PARENT[:-1],
    ],
)
def test_invalid_trace_starts_again_without_its_state(parent: str) -> None:
    trace = trace_of({"traceparent": [parent]})
    assert (trace.restarted, len(trace.trace_id)) == (True, 32)
    assert "tracestate" not in outgoing({"tracestate": ["a=b"]}, trace, "1.2.3.4")


def test_trace_of_a_later_version_is_carried_on() -> None:
    assert not trace_of({"traceparent": [f"01{PARENT[2:]}-more"]}).restarted


@pytest.mark.parametrize("value", ["", "a b", "x" * 129, "a\u00e9", 'a"b'])
def test_correlation_id_that_could_do_harm_is_replaced(value: str) -> None:
    assert trace_of({"x-correlation-id": [value]}).correlation_id != value


def test_answer_loses_its_hop_and_what_is_ours() -> None:
    headers = {
        "connection": ["X-Gone, close"],
        "x-gone": ["1"],
        "keep-alive": ["x"],
        "content-length": ["2"],
        "x-tis-served-by": ["me"],
        "etag": ["e"],
    }
    assert given_back(Answer(200, headers, b"{}"), "GET") == {"etag": ["e"]}


@pytest.mark.parametrize(("status", "method", "kept"), [(200, "HEAD", True), (304, "GET", True), (200, "GET", False)])
def test_length_stays_where_there_is_no_body(status: int, method: str, kept: bool) -> None:
    assert ("content-length" in given_back(Answer(status, {"content-length": ["9"]}, b""), method)) == kept


def test_methods_that_ask_for_a_body_send_an_empty_one() -> None:
    assert [body_sent(method, b"") for method in ("GET", "DELETE", "POST", "PUT", "PATCH")] == [
        None,
        None,
        b"",
        b"",
        b"",
    ]
    assert body_sent("GET", b"x") == b"x"
