"""Bearer tokens signed with RS256; and those of the old issuer, as Keycloak's look to a service."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.identity.issuers import AUDIENCE, keycloak_name
from infra.local.identity.keys import KEYCLOAK, issuer_key, key_id, url64

LIFETIME = 8 * 3600  # seconds


class Signer:
    """Signs claims with one key, which the tokens name."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key
        self._head = encoded({"alg": "RS256", "typ": "JWT", "kid": key_id(key)})

    def token(self, claims: Mapping[str, Any]) -> str:
        """The token; it takes up to a millisecond, and other threads may work meanwhile."""
        text = f"{self._head}.{encoded(claims)}"
        return f"{text}.{url64(self._key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def keycloak_tokens(folder: Path, port: int, users: Iterable[str]) -> Iterator[str]:
    """A token of the old issuer for each user, in order."""
    signer, now = Signer(issuer_key(folder, KEYCLOAK)), int(time.time())
    for_all = {"iss": keycloak_name(port), "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
    with ThreadPoolExecutor() as threads:
        yield from threads.map(signer.token, ({**for_all, "sub": user, "preferred_username": user} for user in users))


def encoded(content: Mapping[str, Any]) -> str:
    """A part of a token."""
    return url64(json.dumps(content, separators=(",", ":")).encode())
