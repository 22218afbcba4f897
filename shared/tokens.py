"""Bearer tokens: RS256 signatures verified against the issuer's published keys, which are fetched once and kept."""

import contextlib
import json
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

FETCH_TIMEOUT = 2.0  # seconds
KEYS_LIVE = 3600.0  # seconds until the key set is asked for again
RENEW_PAUSE = 10.0  # seconds between two fetches, so that forged key ids do not flood the issuer
CLOCK_SKEW = 60.0  # seconds by which the issuer's clock may differ from ours
VERIFIED_LIVE = 300.0  # seconds until a token's signature is looked at again, so that a withdrawn key ends
VERIFIED_KEPT = 1024


class TokenError(Exception):
    """The token is not one that the issuer made for us; the message says why, for the log alone."""


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had, so nothing can be verified now."""


def fetch_json(url: str) -> Any:
    """The JSON document at a configured URL, within FETCH_TIMEOUT."""
    with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT) as answer:  # noqa: S310 - the URL is configuration
        return json.load(answer)


class Verifier:
    """Verifies tokens of one issuer: signature, issuer, audience, expiry and not-before, with CLOCK_SKEW."""

    def __init__(self, issuer: str, jwks_url: str, audience: str, fetch: Callable[[str], Any] = fetch_json) -> None:
        self.issuer, self.jwks_url, self.audience, self._fetch = issuer, jwks_url, audience, fetch
        self._keys: dict[str, Any] = {}
        self._verified: OrderedDict[str, tuple[float, float, Mapping[str, Any]]] = OrderedDict()
        self._fetched = -KEYS_LIVE

    def verify(self, token: str) -> Mapping[str, Any]:
        """The claims of a valid token; TokenError for any other, KeysUnavailable when no key can be had.

        A token that was verified is looked at again only for its expiry, for VERIFIED_LIVE seconds.
        """
        until, expiry, claims = self._verified.get(token, (0.0, 0.0, {}))
        if time.monotonic() < until:
            if expiry + CLOCK_SKEW < time.time():
                raise TokenError("Signature has expired")
            return claims
        claims = self._decode(token)
        self._verified[token] = (time.monotonic() + VERIFIED_LIVE, float(claims["exp"]), claims)
        if len(self._verified) > VERIFIED_KEPT:
            self._verified.popitem(last=False)
        return claims

    def _decode(self, token: str) -> Mapping[str, Any]:
        import jwt  # noqa: PLC0415 - 40 ms that a cold start without a token need not pay

        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise TokenError(f"signed with {header.get('alg')!r}, not RS256")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(header.get("kid")),
                algorithms=["RS256"],
                issuer=self.issuer,
                audience=self.audience,
                leeway=CLOCK_SKEW,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise TokenError(str(error)) from error
        return claims

    def _key(self, key_id: Any) -> Any:
        age = time.monotonic() - self._fetched
        if age > KEYS_LIVE or (key_id not in self._keys and age > RENEW_PAUSE):
            self._renew()
        if key_id not in self._keys:
            raise TokenError(f"no key {key_id!r} at the issuer")
        return self._keys[key_id]

    def _renew(self) -> None:
        """Fetch the key set; one that cannot be had, or holds no key for us, leaves the keys that are known in force."""
        self._fetched = time.monotonic()
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            self._keys = signing_keys(self._fetch(self.jwks_url)) or self._keys
        if not self._keys:
            self._fetched = -KEYS_LIVE
            raise KeysUnavailable("The issuer's keys cannot be had, or hold none to verify with.")


def signing_keys(published: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a set that RS256 signatures are verified with, by id; sets may hold others (RFC 7517 5)."""
    from jwt import PyJWK, PyJWTError  # noqa: PLC0415 - as above

    keys = {}
    for key in filter(is_signing_key, published["keys"]):
        with contextlib.suppress(PyJWTError, ValueError, KeyError, TypeError):
            keys[key["kid"]] = PyJWK(key).key
    return keys


def is_signing_key(key: Any) -> bool:
    """Is it an RSA key with an id, for RS256 signatures?"""
    wanted = {"kty": "RSA", "use": "sig", "alg": "RS256"}
    defaults = {"use": "sig", "alg": "RS256"}
    return (
        isinstance(key, dict)
        and "kid" in key
        and wanted == {name: key.get(name, defaults.get(name)) for name in wanted}
    )
