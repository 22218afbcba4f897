"""An issuer of tokens and a profile service for tests, in memory: real keys, real signatures."""

import json
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.issuers import Issuers
from shared.kept_principals import Principals
from shared.tokens import Verifier

ISSUER, AUDIENCE, KEY_ID = "https://issuer.test", "tis", "key-1"
OLD = {
    "name": "keycloak",
    "iss": ISSUER,
    "jwks_url": "https://issuer.test/jwks",
    "audiences": [AUDIENCE],
    "user_claims": ["preferred_username"],
}


class Issuer:
    """Signs tokens with a key of its own and publishes it."""

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The signing key."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def jwks(self) -> dict[str, Any]:
        """The key set as the issuer publishes it."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def token(self, user: str, **claims: Any) -> str:
        """A token of a user, valid for an hour unless claims say otherwise."""
        now = int(time.time())
        standing = {"iss": ISSUER, "aud": AUDIENCE, "sub": f"id-{user}", "iat": now, "exp": now + 3600}
        payload = {**standing, "preferred_username": user, **claims}
        return jwt.encode(payload, self.key, "RS256", headers={"kid": KEY_ID})

    def verifier(self) -> Verifier:
        """A verifier that knows this issuer."""
        return Verifier(issuers_of(OLD), fetch=lambda _: self.jwks)


def issuers_of(*entries: Mapping[str, Any]) -> Issuers:
    """Issuers as the setting tells them, the old one first."""
    return Issuers(json.dumps(entries))


class Profile:
    """Answers userinfo for the users it was given, as the real one does."""

    def __init__(self, users: Mapping[str, Mapping[str, Any]]) -> None:
        self.users = users
        self.asked = 0

    def principals(self, live: float = 60.0, stale: float = 300.0) -> Principals:
        """Principals that ask this profile."""
        return Principals("http://profile.test", live, stale, fetch=self.fetch)

    def fetch(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The answer of userinfo to a token, which is not verified, as the old service did not."""
        assert url == "http://profile.test/api/userinfo"
        self.asked += 1
        token = headers["Authorization"].removeprefix("Bearer ")
        user = jwt.decode(token, options={"verify_signature": False})["preferred_username"]
        known = next((held for held in self.users.values() if held and held["user"] == user), None)
        if known is None:
            return 500, b'{"message":"error.internalServerError","description":"x","fieldErrors":null}'
        return 200, json.dumps(userinfo(known)).encode()


def userinfo(user: Mapping[str, Any]) -> dict[str, Any]:
    """The body of userinfo for a user with authorities, policies and designated bodies."""
    policies = [policy.rpartition(":") for policy in user.get("policies", ())]
    return {
        "userName": user["user"],
        "permissions": list(user["authorities"]),
        "permissionPolicies": [
            {"resource": f"{resource}:", "actions": [action], "effect": "Allow"} for resource, _, action in policies
        ],
        "designatedBodyCodes": user.get("designatedBodyCodes", ["None"]),
    }
