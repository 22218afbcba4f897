"""An answer, and how it becomes what API Gateway takes from a function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import to_json

JSON = "application/json"
TEXT = "text/plain"


class Alert(NamedTuple):
    """What the old front ends tell their users of a success: created, updated or deleted."""

    entity: str
    event: str
    params: str


@dataclass(slots=True)
class Reply:
    """An answer with a status and headers of its own; `body` None is no body at all. The dialect words the alert."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    alert: Alert | None = None


def to_event(reply: Reply, standing: Mapping[str, list[str]]) -> dict[str, Any]:
    """The function's result: compact JSON, the reply's headers and those that stand on every answer."""
    headers = {name: [latin(value)] for name, value in reply.headers.items()}
    body = ""
    if reply.body is not None:
        body = reply.body if reply.media_type == TEXT else to_json(reply.body).decode()
        headers["Content-Type"] = [reply.media_type]
    return {
        "statusCode": reply.status,
        "multiValueHeaders": {**standing, **headers},
        "body": body,
        "isBase64Encoded": False,
    }


def latin(value: str) -> str:
    """A header's value with what a header cannot carry (RFC 9110 5.5) replaced by `?`."""
    return value.encode("latin-1", "replace").decode("latin-1").translate(CONTROLS)


CONTROLS = dict.fromkeys([*range(0x09), *range(0x0A, 0x20), 0x7F], "?")
