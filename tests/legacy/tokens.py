"""The tokens that name users, as the old servers read them: decoded, and not verified."""

import base64
import json
from typing import Any, Final

TOKEN_PARTS: Final = 3


class BadToken(Exception):
    """Text that is no JSON Web Token."""


def user_name(token: str) -> str | None:
    """The claim preferred_username of a token; BadToken for text that is none."""
    parts = token.strip(" ").split(".")
    if len(parts) != TOKEN_PARTS:
        raise BadToken("JWT must have 3 tokens")
    header, claims = decoded(parts[0]), decoded(parts[1])
    if header.get("typ", "JWT") != "JWT":
        raise BadToken('typ is not "JWT"')
    if "alg" not in header or (not parts[2] and header["alg"] != "none"):
        raise BadToken("Signed or encrypted token must have non-empty crypto segment")
    name = claims.get("preferred_username")
    return name if isinstance(name, str) else None


def decoded(part: str) -> dict[str, Any]:
    """The JSON object in one part of a token."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError as error:
        raise BadToken("Invalid Base64 string") from error
    if not isinstance(value, dict):
        raise BadToken("Invalid Base64 string")
    return value
