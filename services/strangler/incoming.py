"""A call, read from API Gateway's event: its target to the byte, its headers by lower-case name, its body as bytes."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from services.strangler.claims import token_in, tokens_in
from services.strangler.limits import check_body, check_head
from services.strangler.problems import bad_request

if TYPE_CHECKING:
    from shared.tokens import Identity

Event = Mapping[str, Any]
Verify = Callable[[str], "Identity | None"]

WELL_FORMED = re.compile(r'/[!"$-~]*').fullmatch  # printable ASCII, without blank and fragment
UNRESERVED = "/:@!$&'()*+,;=~-._"
QUERY_SAFE = "/:@!$'()*,;?~-._"


class Incoming:
    """One call. What only some decisions need is read when it is asked for."""

    def __init__(self, event: Event, verify: Verify, cookie_key: str = "") -> None:
        self._event, self._verify, self.cookie_key = event, verify, cookie_key
        self.method: str = event["httpMethod"]
        self.target = target_of(event)
        self.path = self.target.partition("?")[0]
        self.headers = headers_of(event)

    def check(self) -> None:
        """Raise Refusal where the call passes a limit, or could be read in two ways."""
        check_head(self.target, self.headers)

    @cached_property
    def body(self) -> bytes:
        """The body as sent."""
        text = self._event.get("body") or ""
        try:
            body = b64decode(text, validate=True) if self._event.get("isBase64Encoded") else text.encode()
        except ValueError:
            raise bad_request("The body cannot be read.") from None
        check_body(body)
        return body

    @cached_property
    def identity(self) -> "Identity | None":
        """Whom the call's token names where it counts, nobody otherwise."""
        token = token_in(self.headers)
        return self._verify(token) if token else None

    @property
    def may_fall_back(self) -> bool:
        """May an old server answer in a new one's place? It verifies no token, so each that the call bears must count."""
        return all(self._verify(token) is not None for token in tokens_in(self.headers))

    @cached_property
    def cookies(self) -> dict[str, list[str]]:
        """Cookies by name."""
        found: dict[str, list[str]] = {}
        for pair in ";".join(self.headers.get("cookie", ())).split(";"):
            name, _, value = pair.strip().partition("=")
            found.setdefault(name, []).append(value)
        return found

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """Query parameters by name, decoded."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def source_ip(self) -> str:
        """The caller's address, as the gateway saw it."""
        address: str = (self._event["requestContext"].get("identity") or {}).get("sourceIp") or ""
        return address

    def values(self, kind: str, name: str) -> list[str]:
        """What the call carries in a header, cookie or query parameter; a client is named by a header."""
        if kind == "cookie":
            return self.cookies.get(name, [])
        if kind == "query":
            return self.query.get(name, [])
        return self.headers.get(name.lower(), [])


def target_of(event: Event) -> str:
    """Path and query: as sent where the gateway tells it, else encoded again from what it decoded."""
    raw: str | None = event["requestContext"].get("tisRawTarget")
    if raw and WELL_FORMED(raw):
        return raw
    path = quote(event["path"] or "/", safe=UNRESERVED)
    query = event.get("multiValueQueryStringParameters")
    if not query:
        return path
    pairs = [
        f"{quote(name, QUERY_SAFE)}={quote(value, QUERY_SAFE)}" for name, values in query.items() for value in values
    ]
    return f"{path}?{'&'.join(pairs)}"


def headers_of(event: Event) -> dict[str, list[str]]:
    """Headers by lower-case name, repeated ones apart."""
    several = event.get("multiValueHeaders")
    if several is None:
        return {name.lower(): [value] for name, value in (event.get("headers") or {}).items()}
    headers = {name.lower(): values for name, values in several.items()}
    if len(headers) < len(several):  # the same name in two spellings
        headers = {}
        for name, values in several.items():
            headers.setdefault(name.lower(), []).extend(values)
    return headers
