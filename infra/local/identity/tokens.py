"""Bearer tokens of the local issuer: RS256, as the real identity provider's look to a service."""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.identity.keys import issuer_key, key_id, url64

AUDIENCE = "tis"
LIFETIME = 8 * 3600  # seconds


def issuer_of(port: int) -> str:
    """The issuer's name: where its stack listens."""
    return f"http://127.0.0.1:{port}/_tis"


def jwks_url_of(port: int) -> str:
    """Where that issuer's keys are published."""
    return f"{issuer_of(port)}/jwks.json"


def sign_tokens(folder: Path, issuer: str, users: Iterable[str]) -> Iterator[str]:
    """One token for each user, in order; signing takes a millisecond each and uses all processors."""
    key = issuer_key(folder)
    head = encoded({"alg": "RS256", "typ": "JWT", "kid": key_id(key)})
    now = int(time.time())

    def sign(user: str) -> str:
        claims = {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": user,
            "preferred_username": user,
            "iat": now,
            "exp": now + LIFETIME,
        }
        text = f"{head}.{encoded(claims)}"
        return f"{text}.{url64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"

    with ThreadPoolExecutor() as pool:
        yield from pool.map(sign, users)


def encoded(content: dict[str, Any]) -> str:
    """A part of a token."""
    return url64(json.dumps(content, separators=(",", ":")).encode())
