"""The facade's own refusals, as RFC 9457 problem documents. They name the route, and never an inner host."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"
TOO_LARGE_TO_GIVE = "The answer is larger than 6 MB. Ask for less at once, a page for instance."


class Refusal(Exception):
    """The facade answers by itself: `detail` is a sentence that tells the caller what is wrong and what to do."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def bad_request(detail: str) -> Refusal:
    """400: the request could be read in two ways."""
    return Refusal(HTTPStatus.BAD_REQUEST, detail)


def unavailable(detail: str, seconds: float) -> Refusal:
    """503, to be tried again after some seconds."""
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(max(1, round(seconds)))})


def problem(refusal: Refusal, route: str, correlation_id: str) -> tuple[dict[str, list[str]], str]:
    """Headers and body of the answer."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.status.phrase,
        "status": int(refusal.status),
        "detail": refusal.detail,
        "instance": f"urn:tis:call:{correlation_id}",
        "strangler": {"route": route},
    }
    headers = {"Content-Type": [MEDIA_TYPE], "Cache-Control": ["no-store"]}
    return headers | {name: [value] for name, value in refusal.headers.items()}, json.dumps(document)
