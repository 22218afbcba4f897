"""Tokens that must not be believed, by what is wrong with them."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.identity import KEY_ID, Issuer

STRANGER = Issuer()  # has a key of its own under the same id


def bad_tokens(issuer: Issuer, user: str) -> Mapping[str, str]:
    """Tokens of a user which say all that a good one says, and yet do not verify."""
    claims = jwt.decode(issuer.token(user), options={"verify_signature": False})
    return {
        "expired": issuer.token(user, exp=int(time.time()) - 90),
        "signed by a stranger": jwt.encode(claims, STRANGER.key, "RS256", headers={"kid": KEY_ID}),
        "signed none": jwt.encode(claims, "", "none", headers={"kid": KEY_ID}),
        "HS256 with the public key": signed_with_public_key(issuer, claims),
        "another issuer's": issuer.token(user, iss="https://elsewhere.test"),
        "for somebody else": issuer.token(user, aud="somebody-else"),
        "changed after it was signed": changed(issuer.token("somebody else"), claims),
    }


def signed_with_public_key(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """A token whose secret everybody knows: PyJWT refuses to make one, so it is made by hand."""
    public = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID})}.{encoded(claims)}"
    signature = hmac.HMAC(public, hashes.SHA256())
    signature.update(signed.encode())
    return f"{signed}.{base64url(signature.finalize())}"


def changed(token: str, claims: Mapping[str, Any]) -> str:
    """A token with other claims than it was signed for."""
    header, _, signature = token.split(".")
    return f"{header}.{encoded(claims)}.{signature}"


def encoded(value: Mapping[str, Any]) -> str:
    """A part of a token."""
    return base64url(json.dumps(value).encode())


def base64url(content: bytes) -> str:
    """Bytes as tokens spell them (RFC 7515 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
