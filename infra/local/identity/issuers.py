"""The two issuers of a local stack: the old one, which stands for Keycloak, and Cognito's user pool.

The pool's id and its client's are made of its key, so that nothing else need be kept for tokens to outlive the stack.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.environments.context import REGION
from infra.local.identity.keys import COGNITO, KEYCLOAK, jwks_file

AUDIENCE = "tis"
POOL_DIGITS, CLIENT_DIGITS = 9, 26  # as long as Cognito's own


@dataclass(frozen=True)
class PoolIds:
    """The ids of the user pool and of its one client."""

    pool: str
    client: str

    @classmethod
    def of(cls, folder: Path) -> "PoolIds":
        """The ids of the pool whose key stands in the folder."""
        (key,) = json.loads(jwks_file(folder, COGNITO).read_text())["keys"]
        pool, client = (hashlib.sha256(f"{kind} {key['kid']}".encode()).hexdigest() for kind in ("pool", "client"))
        return cls(f"{REGION}_{pool[:POOL_DIGITS]}", client[:CLIENT_DIGITS])

    @property
    def issuer(self) -> str:
        """The name that the pool's tokens bear: where the real one would publish its keys."""
        return f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}"


def keycloak_name(port: int) -> str:
    """The old issuer's name: where its stack listens."""
    return f"http://127.0.0.1:{port}/_tis"


def issuers_of(folder: Path, port: int, cognito_url: str) -> list[dict[str, Any]]:
    """What functions are told of both, the old one first; keys in the folder, Cognito at a URL."""
    ids = PoolIds.of(folder)
    return [
        {
            "name": KEYCLOAK,
            "iss": keycloak_name(port),
            "jwks_url": f"{keycloak_name(port)}/jwks.json",
            "audiences": [AUDIENCE],
            "user_claims": ["preferred_username"],
        },
        {
            "name": COGNITO,
            "iss": ids.issuer,
            "jwks_url": f"{cognito_url}/{ids.pool}/.well-known/jwks.json",
            "audiences": [ids.client],
            "user_claims": ["preferred_username"],
        },
    ]
