"""A caller's claims: those of a token that verifies, and none otherwise."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.strangler.limits import Headers
from shared import observability
from shared.bearer import bearer_token

if TYPE_CHECKING:
    from shared.tokens import Verifier

TOKEN_HEADERS = ("authorization", "oidc_access_token")
KEPT_TOKENS = 1024
CLAIMS_LIVE = 60.0  # seconds for which a token that verified, or did not, is not looked at again
KEYS_PAUSE = 10.0  # seconds without trying, after the issuer's keys could not be had
NO_CLAIMS: Mapping[str, Any] = {}


def token_in(headers: Headers) -> str | None:
    """The bearer token of a call."""
    return bearer_token(*(headers[name][0] if headers.get(name) else None for name in TOKEN_HEADERS))


class VerifiedClaims:
    """Claims by token, verified once and kept for a bounded time; none for a token that does not verify."""

    def __init__(self, issuer: str, jwks_url: str, audience: str) -> None:
        self._settings = issuer, jwks_url, audience
        self._verifier: Verifier | None = None
        self._kept: OrderedDict[str, tuple[float, Mapping[str, Any]]] = OrderedDict()
        self._paused_until = 0.0

    def of(self, token: str) -> Mapping[str, Any]:
        """The claims of a token, or none: the facade refuses nobody."""
        now = time.monotonic()
        kept = self._kept.get(token)
        if kept is not None and now < kept[0]:
            return kept[1]
        if not all(self._settings) or now < self._paused_until:
            return NO_CLAIMS
        return self._verify(token, now)

    def _verify(self, token: str, now: float) -> Mapping[str, Any]:
        from shared.tokens import KeysUnavailable, TokenError, Verifier  # noqa: PLC0415 - for canaries and claim rules only

        self._verifier = self._verifier or Verifier(*self._settings)
        try:
            claims = self._verifier.verify(token)
        except TokenError:
            claims = NO_CLAIMS
        except KeysUnavailable:
            observability.logger.warning(
                "The issuer's keys cannot be had: callers are told apart without their tokens."
            )
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
