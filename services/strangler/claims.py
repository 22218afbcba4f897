"""Who a caller is: whom a token that counts names, and nobody otherwise."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.bearer import bearer_token
from shared.calling.wire import Headers
from shared.issuers import Issuers
from shared.stages import IssuerMove

if TYPE_CHECKING:
    from shared.tokens import Identity, Verifier

TOKEN_HEADERS = ("authorization", "oidc_access_token")


def token_in(headers: Headers) -> str | None:
    """The bearer token of a call."""
    return bearer_token(*(headers[name][0] if headers.get(name) else None for name in TOKEN_HEADERS))


def tokens_in(headers: Headers) -> list[str]:
    """All tokens that a call bears: which of several an old server believes, it alone knows."""
    sent = [value for name in TOKEN_HEADERS for value in headers.get(name, ())]
    return [token for value in sent if (token := bearer_token(value, None)) is not None]


class VerifiedCallers:
    """Callers by token: the facade refuses nobody, so a token that does not verify is as good as none."""

    def __init__(self, issuers: Issuers | None, stage: Callable[[], IssuerMove]) -> None:
        """Without issuers no token counts. `stage` tells which of them do."""
        self._issuers, self._stage = issuers, stage
        self._verifier: Verifier | None = None

    def of(self, token: str) -> "Identity | None":
        """Whom a token names, if it counts."""
        if self._issuers is None:
            return None
        from shared.tokens import KeysUnavailable, TokenError, Verifier  # noqa: PLC0415 - for canaries and claim rules only

        self._verifier = self._verifier or Verifier(self._issuers, self._stage)
        try:
            return self._verifier.verify(token)
        except (TokenError, KeysUnavailable):
            return None
