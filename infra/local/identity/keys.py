"""The RSA keys of the local issuers, each made once in the stack's folder, and the key sets that verify their tokens."""

import base64
import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

KEYCLOAK, COGNITO = "keycloak", "cognito"
KEY_BITS = 2048


def issuer_key(folder: Path, issuer: str) -> RSAPrivateKey:
    """An issuer's key; whoever asks first makes it, readable by its owner alone, with the key set beside it."""
    file = folder / f"{issuer}.pem"
    if not file.exists():
        _make_key(file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key; delete it, and a new one is made.")
    jwks = jwks_file(folder, issuer)
    if not jwks.exists():
        fresh = jwks.with_suffix(f".{uuid.uuid4()}")
        fresh.write_text(json.dumps({"keys": [public_jwk(key)]}))
        fresh.replace(jwks)
    return key


def jwks_file(folder: Path, issuer: str) -> Path:
    """Where an issuer's key set stands once its key has been made."""
    return folder / f"{issuer}.jwks.json"


def _make_key(file: Path) -> None:
    """Write a new key; of several that do so at once, the first one's stays."""
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fresh = file.with_suffix(f".{uuid.uuid4()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def public_jwk(key: RSAPrivateKey) -> dict[str, Any]:
    """The public half (RFC 7517), with the key's thumbprint for its id."""
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": key_id(key),
        "n": url64(numbers.n),
        "e": url64(numbers.e),
    }


def key_id(key: RSAPrivateKey) -> str:
    """The thumbprint of the key (RFC 7638)."""
    numbers = key.public_key().public_numbers()
    canonical = f'{{"e":"{url64(numbers.e)}","kty":"RSA","n":"{url64(numbers.n)}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def cookie_key(folder: Path) -> str:
    """A secret for signing cookies that stays the same from start to start: made of the old issuer's key."""
    return hashlib.sha256(b"cookies" + (folder / f"{KEYCLOAK}.pem").read_bytes()).hexdigest()


def url64(value: int | bytes) -> str:
    """Base64 for URLs, without padding, of bytes or of a number's bytes."""
    content = value if isinstance(value, bytes) else value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
