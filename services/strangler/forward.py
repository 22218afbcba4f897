"""What is sent on and what is given back: header rules of RFC 9110 section 7.6, RFC 7239 and W3C trace context. Pure.

Target, body and all other headers pass to the byte.
"""

import os
import re
from http import HTTPStatus
from typing import NamedTuple

from services.strangler.problems import Refusal
from shared.calling.wire import Answer, Headers
from shared.trace_ids import AMAZON_ID, KEPT_ID

PSEUDONYM = "strangler"
VIA = f"1.1 {PSEUDONYM}"
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)
NOT_SENT = HOP_BY_HOP | {"content-length", "expect", "host", "traceparent"}
CORRELATION, AMAZON_TRACE = "x-correlation-id", "x-amzn-trace-id"
NOT_GIVEN = HOP_BY_HOP | {"content-length", "x-tis-served-by", CORRELATION, AMAZON_TRACE}
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").match
PROTOCOLS = ("https", "http")
BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


class Trace(NamedTuple):
    """What follows a call through every hop."""

    correlation_id: str
    trace_id: str  # of 32 hexadecimal digits
    flags: str
    restarted: bool  # the caller sent none that is valid
    amazon: str  # X-Amzn-Trace-Id, empty where none came


def trace_of(headers: Headers) -> Trace:
    """The caller's ids, and new ones where it sent none that are valid."""
    sent = headers[CORRELATION][0] if CORRELATION in headers else ""
    correlation_id = sent if KEPT_ID(sent) else fresh_id()
    amazon = headers[AMAZON_TRACE][0] if AMAZON_TRACE in headers else ""
    amazon = amazon if AMAZON_ID(amazon) else ""
    parent = headers["traceparent"][0] if "traceparent" in headers else ""
    if TRACEPARENT(parent) and (len(parent) == 55 or parent[:2] != "00"):  # noqa: PLR2004 - version 00 ends here
        return Trace(correlation_id, parent[3:35], parent[53:55], False, amazon)
    return Trace(correlation_id, fresh_id(), "01", True, amazon)


def fresh_id() -> str:
    """32 hexadecimal digits. Not from `random`: execution environments are forked, and would all draw alike."""
    return os.urandom(16).hex()


def named_by(connection: list[str]) -> set[str]:
    """The headers that a Connection header makes hop-by-hop."""
    return {name.strip().lower() for value in connection for name in value.split(",")}


def outgoing(headers: Headers, trace: Trace, source_ip: str) -> dict[str, list[str]]:
    """The headers of every leg: the caller's without those of its own hop, with the way they came."""
    dropped = NOT_SENT | named_by(headers["connection"]) if "connection" in headers else NOT_SENT
    sent = {name: values for name, values in headers.items() if name not in dropped}
    if trace.restarted:
        sent.pop("tracestate", None)
    if "max-forwards" in sent:
        sent["max-forwards"] = one_less(sent["max-forwards"])
    sent[CORRELATION] = [trace.correlation_id]
    sent["via"] = [via(headers["via"])] if "via" in headers else [VIA]
    host = headers["host"][0] if "host" in headers else ""
    if host:  # the caller's own word for it would be believed: old servers build links from it
        sent["x-forwarded-host"] = [host]
    if sent.get("x-forwarded-proto", ("",))[0] not in PROTOCOLS:
        sent["x-forwarded-proto"] = ["http"]  # API Gateway always tells; what does not is plain
    proto = sent["x-forwarded-proto"][0]
    hop = f'for={node(source_ip)};host="{quotable(host)}";proto={proto};by=_{PSEUDONYM}'
    sent["forwarded"] = [", ".join([*headers["forwarded"], hop])] if "forwarded" in headers else [hop]
    if sent.get("x-forwarded-for") != [source_ip]:
        sent["x-forwarded-for"] = [addresses(headers.get("x-forwarded-for", ()), source_ip)]
    return sent


def leg(sent: dict[str, list[str]], trace: Trace, host: str) -> dict[str, list[str]]:
    """The headers of one leg: its host, and a parent id of its own."""
    parent = f"00-{trace.trace_id}-{os.urandom(8).hex()}-{trace.flags}"
    return {"host": [host], **sent, "traceparent": [parent]}


def is_last_hop(headers: Headers) -> bool:
    """Has Max-Forwards run out? It counts for OPTIONS alone."""
    return headers.get("max-forwards") == ["0"]


def via(values: list[str]) -> str:
    """The Via header with this hop. Refuses with 508 a call that has come by twice already: it goes in circles."""
    way = ", ".join(values)
    if PSEUDONYM in way and sum(hop.split()[1:2] == [PSEUDONYM] for hop in way.split(",")) > 1:
        raise Refusal(
            HTTPStatus.LOOP_DETECTED, "The call goes in circles: an upstream sends it back to where it came from."
        )
    return f"{way}, {VIA}"


def addresses(values: list[str] | tuple[str, ...], source_ip: str) -> str:
    """X-Forwarded-For with the caller's address at its end, where API Gateway has not put it yet."""
    way = [address.strip() for value in values for address in value.split(",")]
    return ", ".join(way if way and way[-1] == source_ip else [*way, source_ip or "unknown"])


def node(address: str) -> str:
    """An address as RFC 7239 writes it."""
    return f'"[{address}]"' if ":" in address else address or "unknown"


def quotable(value: str) -> str:
    """A value as it stands between quotes."""
    return value.translate(ESCAPES) if '"' in value or "\\" in value else value


ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})


HOPS = re.compile(r"[1-9][0-9]{0,9}", re.ASCII).fullmatch


def one_less(values: list[str]) -> list[str]:
    """Max-Forwards after this hop."""
    return [str(int(values[0]) - 1)] if HOPS(values[0]) else values


def body_sent(method: str, body: bytes) -> bytes | None:
    """The body to send on; None where there is none, and the method does not ask for one."""
    return body if body or method not in BODILESS else None


def given_back(answer: Answer, method: str) -> dict[str, list[str]]:
    """The answer's headers, repeated ones apart; its length only where it is not that of the body given."""
    headers = answer.headers
    dropped = NOT_GIVEN | named_by(headers["connection"]) if "connection" in headers else NOT_GIVEN
    given = {name: values for name, values in headers.items() if name not in dropped}
    if "content-length" in headers and (method == "HEAD" or answer.status == HTTPStatus.NOT_MODIFIED):
        given["content-length"] = headers["content-length"]
    return given
