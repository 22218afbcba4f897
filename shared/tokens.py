"""Bearer tokens: RS256 signatures verified against the published keys of the issuer that a token names.

A result is kept until the token's expiry, and a minute at most; which issuers count is looked up for every call.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shared import observability
from shared.issuers import Issuer, Issuers
from shared.kept import Kept
from shared.key_sets import Fetch, JsonFetch, KeySet, KeysUnavailable
from shared.stages import ALL_COUNT, LEGACY, RETIRED, SHADOW, IssuerMove, admits

__all__ = ["Identity", "KeysUnavailable", "TokenError", "Verifier"]

CLOCK_SKEW = 60.0  # seconds by which an issuer's clock may differ from ours
VERIFIED_LIVE = 60  # seconds until a token's signature is looked at again, so that a withdrawn key ends
VERIFIED_KEPT = 1024
LONGEST_TOKEN = 10_240  # characters: API Gateway takes no more of headers
HALF_CHARACTER = re.compile("[\ud800-\udfff]").search  # JSON can write one, and no database can take it
REFRESH = {"token_use": ("refresh",), "typ": ("Refresh", "Offline")}  # claims of tokens that only the issuer is to read


class TokenError(Exception):
    """The token is not one that an issuer made for us; the message says why, for the log alone, and holds none of it."""


class Identity(NamedTuple):
    """Whom a verified token names, by its issuer's mapping of claims."""

    user: str
    issuer: str
    claims: Mapping[str, Any]


def all_count() -> IssuerMove:
    """The stage where nothing has to tell one, as there is one issuer alone: the tokens of all that are given count."""
    return ALL_COUNT


class Verifier:
    """Verifies tokens of some issuers: signature, issuer, audience, expiry and not-before, with CLOCK_SKEW."""

    def __init__(
        self,
        issuers: Issuers,
        stage: Callable[[], IssuerMove] = all_count,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stage` tells how far the move from the first issuer to the others has come."""
        fetch = fetch or JsonFetch()
        self._issuers = {issuer.iss: (issuer, KeySet(issuer.jwks_url, fetch, clock)) for issuer in issuers}
        self._old = issuers[0].name
        self._stage, self._clock = stage, clock
        self._verified: Kept[Identity] = Kept(VERIFIED_KEPT)

    def verify(self, token: str) -> Identity:
        """Whom a valid token names; TokenError for any other, KeysUnavailable where valid ones cannot be told."""
        move = self._stage()
        found = self._verified.find(token, self._clock()) or self._judged(token, move)
        if not admits(*move, is_new=found.issuer != self._old, user=found.user):
            raise TokenError("the issuer does not count at this stage")
        return found

    def _judged(self, token: str, move: IssuerMove) -> Identity:
        header, claims = unverified(token)
        issuer, keys = self._issuers.get(str(claims.get("iss")), (None, None))
        if issuer is None or keys is None:
            raise TokenError("the issuer is a stranger")
        is_new = issuer.name != self._old
        if move.stage == (LEGACY if is_new else RETIRED):
            raise TokenError("the issuer does not count at this stage")
        if is_new and move.stage == SHADOW:
            return self._shadowed(token, header, issuer, keys)
        return self._decoded(token, header, issuer, keys)

    def _shadowed(self, token: str, header: Mapping[str, Any], issuer: Issuer, keys: KeySet) -> Identity:
        """As _decoded, and said in the log; what fails here is no worse than a token that does not count."""
        outcome = "verified"
        try:
            return self._decoded(token, header, issuer, keys)
        except KeysUnavailable as error:
            outcome = "keys unavailable"
            raise TokenError(outcome) from error
        except TokenError as error:
            outcome = f"refused: {error}"
            raise
        finally:
            observability.logger.info("shadow of an issuer", extra={"issuer": issuer.name, "outcome": outcome})

    def _decoded(self, token: str, header: Mapping[str, Any], issuer: Issuer, keys: KeySet) -> Identity:
        import jwt  # noqa: PLC0415 - 40 ms that a cold start without a token need not pay

        key = keys.key(header["kid"]) if "kid" in header else None
        if key is None:
            raise TokenError("the issuer has no such key")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=issuer.iss,
                leeway=CLOCK_SKEW,
                options={"require": ["exp", "iss"], "verify_aud": False, "enforce_minimum_key_length": True},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise TokenError(type(error).__name__) from error
        check_purpose(claims, issuer.audiences)
        found = Identity(user_of(claims, issuer.user_claims), issuer.name, claims)
        now = int(time.time())
        left = min(int(claims["exp"]), now + VERIFIED_LIVE) - now
        if left > 0:  # a token that only a difference of clocks keeps alive is verified each time
            self._verified.keep(token, found, self._clock() + left)
        return found


def unverified(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims of a token as it says itself: they tell which key to ask for, and nothing else."""
    import jwt  # noqa: PLC0415 - as above

    if len(token) > LONGEST_TOKEN:
        raise TokenError("too long")
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenError(type(error).__name__) from error
    if parts["header"].get("alg") != "RS256":
        raise TokenError("not signed with RS256")
    return parts["header"], parts["payload"]


def check_purpose(claims: Mapping[str, Any], audiences: tuple[str, ...]) -> None:
    """Refuse a token that was made for somebody else, or to get other tokens.

    Access tokens of Cognito have no `aud`, and the client that they were made for in `client_id`. They name a user only
    where the pool adds the claim that `user_claims` asks for.
    """
    told = claims["aud"] if "aud" in claims else claims.get("client_id")
    told = told if isinstance(told, list) else [told]
    if not all(isinstance(one, str) for one in told) or not set(told) & set(audiences):
        raise TokenError("the audience is another")
    if any(claims.get(name) in values for name, values in REFRESH.items()):
        raise TokenError("a refresh token")


def user_of(claims: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The user's name in the first claim that is there: an empty name is a name."""
    user = next((claims[name] for name in names if claims.get(name) is not None), None)
    if not isinstance(user, str) or HALF_CHARACTER(user):
        raise TokenError("it names no user")
    return user
