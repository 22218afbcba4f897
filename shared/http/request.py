"""A request, as API Gateway's proxy event tells it, read lazily."""

import base64
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from shared.bearer import bearer_token
from shared.errors import BadRequest
from shared.trace_ids import AMAZON_ID, KEPT_ID, TRACE_STATE
from shared.trie import split

# What the old servers' firewall refuses in a path: it could be read in two ways.
FORBIDDEN_PLAIN = (";", "\\", "//", "/./", "/../")
FORBIDDEN_IN_PATH = ("%2f", "%25", "%2e", "%3b", "%5c", "%00", *FORBIDDEN_PLAIN)

JSON_RANGES = ("*/*", "application/*", "application/json")
PREFLIGHT = {"origin", "access-control-request-method"}
PASSED_ON = {
    "x-correlation-id": KEPT_ID,
    "traceparent": KEPT_ID,
    "tracestate": TRACE_STATE,
    "x-amzn-trace-id": AMAZON_ID,
}


class Request:
    """One call: method, decoded path segments, headers, query and body."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.event = event
        self.method: str = event["httpMethod"]

    @cached_property
    def raw_path(self) -> str:
        """The path as sent, where the gateway tells it; as API Gateway decoded it otherwise."""
        target: str | None = self.event["requestContext"].get("tisRawTarget")
        return target.partition("?")[0] if target else self.event["path"]

    @cached_property
    def segments(self) -> list[str]:
        """The path's segments, decoded; BadRequest for a path that could be read in two ways."""
        path = self.raw_path
        decoded = "tisRawTarget" not in self.event["requestContext"]  # by API Gateway, already
        lowered = path.lower()
        if any(sign in lowered for sign in (FORBIDDEN_PLAIN if decoded else FORBIDDEN_IN_PATH)):
            raise BadRequest(
                "The path holds an encoded or doubled separator, a backslash, a semicolon or a percent sign."
            )
        if decoded or "%" not in path:
            return split(path)
        try:
            return [unquote_to_bytes(segment).decode() for segment in split(path)]
        except UnicodeDecodeError as error:
            raise BadRequest("The path is not percent-encoded UTF-8.") from error

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name; repeated ones joined by a comma, as RFC 9110 5.3 allows."""
        several = self.event.get("multiValueHeaders")
        if several:
            return {name.lower(): ",".join(values) for name, values in several.items()}
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    def query_values(self, name: str) -> list[str] | None:
        """All values of a query parameter, in the order sent; None when it was not sent."""
        return (self.event.get("multiValueQueryStringParameters") or {}).get(name)

    def query_text(self, name: str) -> str | None:
        """A text parameter: repeated values are joined with a comma, as Spring does."""
        values = self.query_values(name)
        return None if values is None else ",".join(values)

    @cached_property
    def body(self) -> str:
        """The body as text; BadRequest when it is not UTF-8."""
        body: str = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return body
        try:
            return base64.b64decode(body).decode()
        except ValueError as error:
            raise BadRequest("The body is not UTF-8 text.") from error

    @cached_property
    def media_type(self) -> str:
        """The body's media type in lower case without parameters, empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def token(self) -> str | None:
        """The bearer token, from `Authorization` or the old gateway's `OIDC_access_token`."""
        return bearer_token(self.headers.get("authorization"), self.headers.get("oidc_access_token"))

    @property
    def origin(self) -> str:
        """Scheme and host as the caller sees them, which the facade passes on (RFC 7239's older form)."""
        headers = self.headers
        host = headers.get("x-forwarded-host") or headers.get("host", "")
        return f"{headers.get('x-forwarded-proto', 'http')}://{host}"

    @property
    def accepts_json(self) -> bool:
        """Does the Accept header leave room for application/json?"""
        accept = self.headers.get("accept")
        if not accept:
            return True
        ranges = (part.partition(";")[0].strip().lower() for part in accept.split(","))
        return any(part in JSON_RANGES or part.endswith("+json") for part in ranges)

    @property
    def is_preflight(self) -> bool:
        """Does a browser ask whether it may call from another origin?"""
        return self.method == "OPTIONS" and self.headers.keys() >= PREFLIGHT

    @property
    def asked_method(self) -> str:
        """The method that the call is about: of a browser's question, the one that it asks for."""
        return self.headers["access-control-request-method"].upper() if self.is_preflight else self.method

    @property
    def is_dry_run(self) -> bool:
        """Is the call to be answered as usual, and to leave nothing behind?"""
        return self.headers.get("x-tis-dry-run", "").lower() == "true"

    @property
    def correlation_id(self) -> str:
        """What ties the log lines of one call together in all services."""
        return self.headers.get("x-correlation-id") or str(self.event["requestContext"].get("requestId", ""))

    @property
    def passed_on(self) -> dict[str, str]:
        """The headers that follow a call through every hop; one that is too long would have the next call refused."""
        known = {**self.headers, "x-correlation-id": self.correlation_id}
        return {name: known[name] for name, is_kept in PASSED_ON.items() if is_kept(known.get(name, ""))}
