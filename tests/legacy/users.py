"""The users whom the stand-in knows, from a file of JSON lines, and the tokens that name them.

A line is {"user", "authorities", "policies", "designatedBodyCodes"}; the last line for a user counts. The file is read
again when it has changed.
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

TOKEN_PARTS: Final = 3


class BadToken(Exception):
    """Text that is no JSON Web Token."""


@dataclass(frozen=True)
class User:
    """A user, and what he or she may do; `policies` are a resource, which ends in a colon, and an action."""

    name: str
    authorities: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    designated_body_codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, line: dict[str, Any]) -> "User":
        """The user whom a line of the file tells of."""
        lists = [tuple(line.get(key) or ()) for key in ("authorities", "policies", "designatedBodyCodes")]
        return cls(line["user"], *lists)


@dataclass
class Users:
    """The users of one file; of none, nobody is known."""

    file: Path | None = None
    _known: dict[str, User] = field(default_factory=dict)
    _state: tuple[int, int, int] | None = None  # the file's inode, size and time when it was read

    def find(self, name: str) -> User | None:
        """A user by name, as the old database compared: case and trailing blanks do not count."""
        if self.file is not None and self.file.exists():
            self._refresh(self.file)
        return self._known.get(key_of(name))

    def _refresh(self, file: Path) -> None:
        found = file.stat()
        state = (found.st_ino, found.st_size, found.st_mtime_ns)
        if state != self._state:
            users = [user for line in file.read_text().splitlines() if (user := user_in(line))]
            self._known, self._state = {key_of(user.name): user for user in users}, state


def user_in(line: str) -> User | None:
    """The user in a line; None in one that is still being written."""
    try:
        return User.of(json.loads(line))
    except ValueError:
        return None


def key_of(name: str) -> str:
    """What two spellings of a user name share."""
    return name.rstrip(" ").casefold()


def user_name(token: str) -> str | None:
    """The claim preferred_username of a token, which is decoded and, as in the old servers, not verified."""
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
