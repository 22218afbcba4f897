"""An issuer's published keys (RFC 7517): fetched when they are first needed, kept, and renewed.

What holds, in the order of what can happen:
- a key that is not known is looked for at once, so that a rotated key works with its first token; after SEARCHES that
  found nothing it is looked for once a second, so that forged key ids do not flood the issuer;
- the set is fetched again after KEYS_LIVE, and so a key that the issuer withdraws ends;
- where the issuer does not answer, or with garbage, the keys that are known stay in force for KEYS_KEPT since it last
  did, and no longer: a withdrawn key ends even then. It is asked again after pauses that grow up to LONGEST_PAUSE.
"""

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from shared import observability
from shared.calling.client import Failure
from shared.calling.getting import Getter

FETCH_SECONDS = 2.0  # for the whole answer
SET_LIMIT = 256 * 1024  # bytes of it
KEYS_LIVE = 900.0  # seconds until the set is asked for again
KEYS_KEPT = 4 * 3600.0  # seconds for which keys are in force without an answer
LONGEST_PAUSE = 30.0  # seconds
SEARCHES = 5.0  # for unknown keys, at once

Fetch = Callable[[str], Any]


class KeysUnavailable(Exception):
    """Tokens cannot be told from forged ones now; the message says why, for the log."""


class JsonFetch:
    """Fetches JSON documents within FETCH_SECONDS, on kept connections."""

    def __init__(self) -> None:
        self._get = Getter(FETCH_SECONDS, SET_LIMIT)

    def __call__(self, url: str) -> Any:
        """The document. Raises Failure or ValueError."""
        status, body = self._get(url)
        if status != HTTPStatus.OK:
            raise ValueError(f"status {status}")
        return json.loads(body)


class KeySet:
    """The keys of one issuer at a configured URL."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._fetch, self._clock = url, fetch, clock
        self._keys: Mapping[str, Any] = {}
        self._due = self._dead = float("-inf")  # when to fetch again, and when the keys are in force no longer
        self._failures = 0
        self._searches, self._searched = SEARCHES, clock()

    def key(self, key_id: Any) -> Any:
        """The key of an id, None where the issuer has none. Raises KeysUnavailable where it does not say."""
        now = self._clock()
        if now > self._due or (key_id not in self._keys and not self._failures and self._may_search(now)):
            self._renew(now)
        found = self._keys.get(key_id) if now < self._dead else None
        if found is None and self._failures:
            raise KeysUnavailable(f"The keys at {self._url} cannot be had.")
        return found

    def _may_search(self, now: float) -> bool:
        self._searches, self._searched = min(SEARCHES, self._searches + now - self._searched), now
        if self._searches < 1:
            return False
        self._searches -= 1
        return True

    def _renew(self, now: float) -> None:
        try:
            keys = signing_keys(self._fetch(self._url))
        except (Failure, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            keys, cause = {}, repr(error)
        else:
            cause = "it holds no key for RS256 signatures"
        if keys:
            self._keys, self._failures = keys, 0
            self._due, self._dead = now + KEYS_LIVE, now + KEYS_KEPT
            return
        self._failures += 1
        self._due = now + min(LONGEST_PAUSE, 2.0 ** (self._failures - 1))
        message = "An issuer's key set cannot be had; the last one stays in force for a while."
        observability.logger.warning(message, extra={"url": self._url, "cause": cause, "known_keys": len(self._keys)})


def signing_keys(published: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a set that RS256 signatures are verified with, by id; sets may hold others (RFC 7517 5)."""
    from jwt import PyJWK, PyJWTError  # noqa: PLC0415 - 40 ms that a cold start without a token need not pay

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
