"""Who calls: the first of a verified token's subject, a partner's client id, a signed cookie, a network and a browser."""

import hmac
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from shared import observability

from shared.tokens import KeysUnavailable, TokenError, Verifier

COOKIE = "tis_caller"  # `identity.signature`, made by `signed`
KEPT_TOKENS = 1024
CLAIMS_LIVE = 60.0  # seconds for which a token that verified, or did not, is not looked at again
KEYS_PAUSE = 10.0  # seconds without trying, after the issuer's keys could not be had
NO_CLAIMS: Mapping[str, Any] = {}

Headers = Mapping[str, list[str]]


class Caller(Protocol):
    """What tells callers apart."""

    headers: Headers
    cookies: Mapping[str, list[str]]
    claims: Mapping[str, Any]
    source_ip: str
    cookie_key: str


def token_in(headers: Headers) -> str | None:
    """The bearer token, from the old gateway's header or the standard one."""
    if (plain := headers.get("oidc_access_token")) is not None:
        return plain[0]
    header = headers.get("authorization", ("",))[0]
    return header[7:].strip() if header[:7].lower() == "bearer " else None


def identity(caller: Caller, client_header: str) -> str:
    """A name that stays the same from call to call, by the order of precedence above."""
    claims = caller.claims
    if subject := claims.get("sub") or claims.get("preferred_username"):
        return f"user:{subject}"
    if client_header and (client := caller.headers.get(client_header.lower())):
        return f"client:{client[0]}"
    for value in caller.cookies.get(COOKIE, ()):
        name, _, _ = value.rpartition(".")
        if caller.cookie_key and hmac.compare_digest(value.encode(), signed(name, caller.cookie_key).encode()):
            return f"cookie:{name}"
    return f"network:{network(caller.source_ip)}:{caller.headers.get('user-agent', ('',))[0]}"


def signed(name: str, key: str) -> str:
    """The cookie that lets a caller without a token be known by a name."""
    return f"{name}.{hmac.digest(key.encode(), name.encode(), 'sha256').hex()}"


def network(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one."""
    if ":" not in address:
        return address.rpartition(".")[0]
    import ipaddress  # noqa: PLC0415 - only for callers by IPv6 without any better name

    try:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    except ValueError:
        return address


class VerifiedClaims:
    """Claims by token, verified once and kept for a bounded time; none for a token that does not verify."""

    def __init__(self, verifier: Verifier | None) -> None:
        self._verifier = verifier
        self._kept: OrderedDict[str, tuple[float, Mapping[str, Any]]] = OrderedDict()
        self._paused_until = 0.0

    def of(self, token: str) -> Mapping[str, Any]:
        """The claims of a token, or none: the facade refuses nobody."""
        now = time.monotonic()
        kept = self._kept.get(token)
        if kept is not None and now < kept[0]:
            return kept[1]
        if self._verifier is None or now < self._paused_until:
            return NO_CLAIMS
        try:
            claims = self._verifier.verify(token)
        except TokenError:
            claims = NO_CLAIMS
        except KeysUnavailable:
            observability.logger.warning("The issuer's keys cannot be had: callers are told apart without their tokens.")
            self._paused_until = now + KEYS_PAUSE
            return NO_CLAIMS
        self._keep(token, now, claims)
        return claims

    def _keep(self, token: str, now: float, claims: Mapping[str, Any]) -> None:
        seconds = min(CLAIMS_LIVE, claims["exp"] - time.time()) if claims else CLAIMS_LIVE
        self._kept[token] = now + max(0.0, seconds), claims
        self._kept.move_to_end(token)
        if len(self._kept) > KEPT_TOKENS:
            self._kept.popitem(last=False)
