"""API Gateway's limits, and how it answers what exceeds them (AWS: quotas of REST APIs)."""

from dataclasses import dataclass

from infra.local.gateway.answer import Answer, message
from infra.local.gateway.request import Request

BODY_LIMIT = 10 * 1024 * 1024  # bytes
URL_LIMIT = 10_240  # characters
HEADER_LIMIT = 10_240  # bytes of all names and values
# Beyond these a client is not even heard to the end.
LINE_LIMIT, DISCARD_LIMIT = 128 * 1024, 64 * 1024 * 1024


@dataclass
class TooMuch(Exception):
    """More than the gateway reads on from."""

    status: int
    text: str


def refusal(request: Request) -> Answer | None:
    """The answer to a request that exceeds a limit; None where it does not."""
    if len(request.target) > URL_LIMIT:
        return message(414, "Request-URI Too Long")
    if request.header_size > HEADER_LIMIT:
        return message(431, "Request Header Fields Too Large")
    if request.body_size > BODY_LIMIT:
        return message(413, f"HTTP content length exceeded {BODY_LIMIT} bytes.")
    return None
