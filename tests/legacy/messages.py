"""A request and an answer as the stand-in handles them, and the answers that all old servers share."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from tests.legacy.jackson import pretty

Pairs = list[tuple[str, str]]

VARY: Final[Pairs] = [
    ("Vary", "Origin"),
    ("Vary", "Access-Control-Request-Method"),
    ("Vary", "Access-Control-Request-Headers"),
]
# Spring Security's headers; they stand on every answer that passes its filters.
STANDING: Final[Pairs] = [
    *VARY,
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "0"),
    ("X-Frame-Options", "DENY"),
]
JSON_TYPE: Final = ("Content-Type", "application/json")


@dataclass(slots=True)
class Request:
    """One request; `target` is path and query as sent, header names are as sent."""

    method: str
    target: str
    headers: Pairs
    body: bytes = b""
    keep_alive: bool = True

    @property
    def path(self) -> str:
        """The path as sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as sent."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for found, value in self.headers if found.lower() == name), None)


@dataclass(slots=True)
class Answer:
    """One answer; `headers` are those besides Content-Length, Date and Connection."""

    status: int
    headers: Pairs = field(default_factory=lambda: list(STANDING))
    body: bytes = b""


class Refused(Exception):
    """Ends the handling of a request with an answer other than success."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(status: int, value: Any, more: Pairs | None = None) -> Answer:
    """An answer with a JSON body."""
    return printed_answer(status, pretty(value), more)


def printed_answer(status: int, body: str, more: Pairs | None = None) -> Answer:
    """An answer whose JSON is printed already."""
    return Answer(status, [*STANDING, *(more or ()), JSON_TYPE], body.encode())


def error_answer(
    status: int, message: str, description: str | None, faults: list[dict[str, str]] | None = None
) -> Answer:
    """The ErrorVM that the old services' own error handler writes."""
    return json_answer(status, {"message": message, "description": description, "fieldErrors": faults})


def crash() -> Answer:
    """What any error that nobody decided becomes."""
    return error_answer(500, "error.internalServerError", "Internal server error")


def access_denied(description: str = "Access is denied") -> Answer:
    """The answer to a caller without the authority."""
    return error_answer(403, "error.accessDenied", description)


def method_not_allowed(method: str) -> Answer:
    """The answer to a method that a known path does not have."""
    return error_answer(405, "error.methodNotSupported", f"Request method '{method}' not supported")


def container_answer(status: int, path: str) -> Answer:
    """The framework's own error page: unknown paths, the URL firewall, the token filter."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json_answer(status, {"timestamp": now, "status": status, "error": HTTPStatus(status).phrase, "path": path})


def options_answer(methods: list[str]) -> Answer:
    """The answer to OPTIONS without a preflight."""
    return Answer(200, [*STANDING, ("Allow", ",".join(methods)), ("Accept-Patch", "")])


def parsed(body: bytes) -> Any:
    """The JSON value that a body begins with, as Jackson reads it: text after its end is ignored. Refused if there is none."""
    try:
        return json.JSONDecoder().raw_decode(body.decode().lstrip(" \t\r\n"))[0]
    except (ValueError, RecursionError):
        raise Refused(crash()) from None
