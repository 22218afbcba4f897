"""How a legacy service speaks: its alert headers, its error bodies, the headers that stand on each of its answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from shared.errors import (
    ApiError,
    Conflict,
    Forbidden,
    HeaderRefusal,
    Invalid,
    MethodNotAllowed,
    NoSuchPath,
    NotAcceptable,
    NotFound,
    Refused,
    Unauthorised,
    Unavailable,
)
from shared.http.reply import JSON, Reply
from shared.http.request import Request

# Spring Security's own translations that callers have seen; English for the rest.
ACCESS_DENIED: Final[Mapping[str, str]] = {"de": "Zugriff verweigert", "fr": "Accès refusé"}
LONGEST_PARAMS: Final = 4_000  # characters: API Gateway carries some 10 KB of headers
LANGUAGE_COOKIE: Final = "NG_TRANSLATE_LANG_KEY="

# Spring Security's headers.
SECURED: Final[Mapping[str, list[str]]] = {
    "Cache-Control": ["no-cache, no-store, max-age=0, must-revalidate"],
    "Pragma": ["no-cache"],
    "Expires": ["0"],
    "X-Content-Type-Options": ["nosniff"],
    "X-Frame-Options": ["DENY"],
    "X-XSS-Protection": ["1; mode=block"],
}
# What Spring's CORS filter varies by.
CROSS_ORIGIN: Final[Mapping[str, list[str]]] = {
    "Vary": ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]
}
ANY_ORIGIN: Final[Mapping[str, list[str]]] = {**SECURED, **CROSS_ORIGIN}

TITLES: Final[Mapping[type[ApiError], str]] = {
    Conflict: "error.conflict",
    Unauthorised: "error.unauthorised",
}


@dataclass(frozen=True)
class Dialect:
    """The JHipster dialect of one service; `app` is the prefix of its headers, as in X-referenceApp-alert.

    `standing` are the headers of all its answers, `sets_language` says whether `?language=xx` sets a cookie, and `speaks`
    are media types besides JSON's own that its answers bear for who accepts nothing else.
    """

    app: str
    standing: Mapping[str, list[str]] = field(default_factory=dict)
    sets_language: bool = False
    speaks: tuple[str, ...] = ()

    def media_type(self, reply: Reply, request: Request) -> str:
        """The media type of an answer."""
        wanted = request.headers.get("accept", "")
        return wanted if wanted in self.speaks and reply.media_type == JSON else reply.media_type

    def headers(self, reply: Reply, request: Request) -> dict[str, str]:
        """What this dialect says of an answer in headers: its alert, and the language that was chosen."""
        told = language_cookie(request) if self.sets_language else {}
        if reply.alert is None:
            return told
        entity, event, params = reply.alert
        return {f"X-{self.app}-alert": f"{self.app}.{entity}.{event}", f"X-{self.app}-params": params, **told}

    def render(self, error: ApiError, request: Request) -> Reply:
        """The answer that a refusal becomes."""
        error.description = writable(error.description)
        match error:
            case HeaderRefusal():
                params = error.params[:LONGEST_PARAMS]
                headers = {f"X-{self.app}-error": error.key, f"X-{self.app}-params": params}
                return Reply(error.body, error.status, headers)
            case NotFound() | NotAcceptable():
                return Reply(None, error.status)
            case NoSuchPath():
                return Reply(spring_error(error.status, request.raw_path), error.status)
            case Refused():
                return Reply({"message": error.description, "params": ["error.validation"]}, error.status)
            case Unavailable():
                return problem(error, request)
            case _:
                return Reply(self._body(error, request), error.status)

    def _body(self, error: ApiError, request: Request) -> dict[str, Any]:
        match error:
            case Invalid():
                faults = [dict(zip(("objectName", "field", "message"), fault, strict=True)) for fault in error.faults]
                return error_body("error.validation", None, faults)
            case Forbidden():
                denied = error.description or ACCESS_DENIED.get(language(request), "Access is denied")
                return error_body("error.accessDenied", denied)
            case MethodNotAllowed():
                return error_body("error.methodNotSupported", f"Request method '{request.method}' not supported")
            case _:
                return error_body(TITLES.get(type(error), "error.badRequest"), error.description)


def error_body(message: str, description: str | None, faults: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The legacy's ErrorVM, its fields in their order."""
    return {"message": message, "description": description, "fieldErrors": faults}


def writable(text: str | None) -> str | None:
    """A description that may quote the caller, with halves of characters replaced, which no answer can carry."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def spring_error(status: int, path: str) -> dict[str, Any]:
    """The body of the framework's own error page, for paths that no handler has."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"timestamp": now, "status": status, "error": HTTPStatus(status).phrase, "path": path}


def problem(error: ApiError, request: Request) -> Reply:
    """An error of ours that the legacy has no words for, as an RFC 9457 problem document."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.description,
        "instance": request.raw_path,
    }
    return Reply(body, error.status, {"Retry-After": "1"}, media_type="application/problem+json")


def language_cookie(request: Request) -> dict[str, str]:
    """The cookie that `?language=xx` sets on any path; nothing for what is not a language tag."""
    wanted = request.query_text("language")
    if wanted is None or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?", wanted):
        return {}
    return {"Set-Cookie": f"{LANGUAGE_COOKIE}%22{wanted}%22; path=/"}


def language(request: Request) -> str:
    """The caller's language in two letters: by the cookie of the old front end, else by Accept-Language."""
    _, found, cookie = request.headers.get("cookie", "").partition(LANGUAGE_COOKIE)
    wanted = cookie.removeprefix("%22").lstrip('"') if found else request.headers.get("accept-language", "")
    return wanted[:2].lower()
