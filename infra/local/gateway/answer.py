"""An answer: made of a function's result as API Gateway does it, or of the gateway's own, and written as HTTP/1.1."""

import base64
import re
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson

# The connection is the gateway's own affair, and the length is counted here.
OURS = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})
BODILESS = frozenset({204, 304})
PHRASES = {status.value: status.phrase for status in HTTPStatus}
UNSPEAKABLE = re.compile(r"[\r\n\0]")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Malformed(Exception):
    """A function's result that API Gateway would not take; the message says why."""


@dataclass(slots=True)
class Answer:
    """Status, headers in order, body; one that is passed on as it comes is a `stream` in the body's place."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None


def json_answer(status: int, content: Any) -> Answer:
    """An answer of the gateway's own."""
    return Answer(status, [("Content-Type", "application/json")], orjson.dumps(content))


def message(status: int, text: str) -> Answer:
    """A refusal as API Gateway words it."""
    return json_answer(status, {"message": text})


def answer_of(result: Any) -> Answer:
    """A function's result as an answer; Malformed where API Gateway would answer 502."""
    if not isinstance(result, dict):
        raise Malformed("the result is not an object")
    try:
        status = int(result.get("statusCode", 200))
        headers = list(header_pairs(result.get("headers") or {}, result.get("multiValueHeaders") or {}))
    except (ValueError, TypeError, AttributeError) as error:
        raise Malformed(f"statusCode or headers are not what they should be: {error}") from error
    if not 200 <= status <= 599:  # noqa: PLR2004
        raise Malformed(f"statusCode is {status}")
    body = body_of(result.get("body"), encoded=bool(result.get("isBase64Encoded")))
    if body and all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Answer(status, headers, body)


def header_pairs(single: dict[str, Any], several: dict[str, list[Any]]) -> Iterable[tuple[str, str]]:
    """Both kinds of headers as one list; a name that stands in both has the values of `several`."""
    hidden = {name.lower() for name in several}
    pairs = [(name, value) for name, values in several.items() for value in values]
    pairs += [(name, value) for name, value in single.items() if name.lower() not in hidden]
    for name, value in pairs:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        if UNSPEAKABLE.search(text) or not is_header_name(name):
            raise ValueError(f"a header cannot hold {name}: {text!r}")
        yield name, text if text.isascii() else text.encode("latin-1").decode("latin-1")


@lru_cache(1024)
def is_header_name(name: str) -> bool:
    """Is it a token, as RFC 9110 5.1 asks?"""
    return HEADER_NAME.fullmatch(name) is not None


def body_of(body: Any, *, encoded: bool) -> bytes:
    """A result's body as bytes."""
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed("the body is not text")
    if not encoded:
        return body.encode()
    try:
        return base64.b64decode(body)
    except ValueError as error:
        raise Malformed("the body is not base64") from error


def written(answer: Answer, *, method: str, keep_alive: bool) -> bytes:
    """The answer as bytes of HTTP/1.1: without a body where the method or the status has none."""
    lines, body = head_lines(answer, keep_alive=keep_alive), answer.body
    if answer.status in BODILESS:
        body = b""
    elif method == "HEAD":
        told = (value for name, value in answer.headers if name.lower() == "content-length")
        lines.append(f"Content-Length: {next(told, len(body))}")
        body = b""
    else:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def head_lines(answer: Answer, *, keep_alive: bool) -> list[str]:
    """The status and the headers, but for what tells how long the body is."""
    lines = [f"HTTP/1.1 {answer.status} {PHRASES.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers if name.lower() not in OURS]
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    if all(name.lower() != "date" for name, _ in answer.headers):
        lines.append(date_line(int(time.time())))
    return lines


@lru_cache(2)
def date_line(second: int) -> str:
    """The Date header at a second since 1970; made once a second."""
    return f"Date: {formatdate(second, usegmt=True)}"
