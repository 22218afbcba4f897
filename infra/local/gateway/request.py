"""A request as it came in, and the event that API Gateway's REST API (v1, Lambda proxy) makes of it."""

import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.environments.context import ACCOUNT

STAGE = "local"
Event = dict[str, Any]


@dataclass(slots=True)
class Request:
    """One HTTP request, whole; `target` is the request target as received, the query included."""

    method: str = ""
    target: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    peer: str = ""
    keep_alive: bool = True
    header_size: int = 0  # bytes of names and values
    body_size: int = 0  # also of what was too much to be kept

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for found, value in self.headers if found.lower() == name), None)


def event_of(request: Request) -> Event:
    """The event for a function: path and query decoded, as API Gateway does; the target as received in `tisRawTarget`."""
    raw_path, _, query = request.target.partition("?")
    path = unquote(raw_path) if "%" in raw_path else raw_path
    headers, several_headers = by_name(request.headers)
    parameters, several_parameters = last_and_all(query_pairs(query)) if query else (None, None)
    body, encoded = text_of(request.body)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": several_headers,
        "queryStringParameters": parameters,
        "multiValueQueryStringParameters": several_parameters,
        "pathParameters": {"proxy": path[1:]},
        "stageVariables": None,
        "requestContext": context_of(request, path),
        "body": body,
        "isBase64Encoded": encoded,
    }


def context_of(request: Request, path: str) -> Event:
    """What the event tells of the request beside what it carries."""
    return {
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": int(time.time() * 1000),
        "identity": {"sourceIp": request.peer, "userAgent": request.header("user-agent")},
        "httpMethod": request.method,
        "path": path,
        "resourcePath": "/{proxy+}",
        "protocol": "HTTP/1.1",
        "stage": STAGE,
        "apiId": "local",
        "accountId": ACCOUNT,
        "tisRawTarget": request.target,
    }


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The query's parameters, decoded, in the order sent."""
    return parse_qsl(query, keep_blank_values=True)


def last_and_all(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Each name's last value, and all of them."""
    several: dict[str, list[str]] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)
    return dict(pairs), several


def by_name(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """As last_and_all, but a header that comes twice, in whatever case, stands under its first spelling."""
    last, several = last_and_all(pairs)
    if len({name.lower() for name in last}) == len(last):
        return last, several
    spelling: dict[str, str] = {}
    return last_and_all([(spelling.setdefault(name.lower(), name), value) for name, value in pairs])


def text_of(body: bytes) -> tuple[str | None, bool]:
    """A body for the event, and whether it is in base64: it is where it is not UTF-8."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
