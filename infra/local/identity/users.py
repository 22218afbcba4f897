"""The users of the local stack, and what profile's `/api/userinfo` says of them.

The file is `.tis/PORT/users.jsonl`, one JSON object a line, only ever appended to; the last line of a user wins:

    {"user": "jo", "authorities": ["reference:add:modify:entities"], "policies": ["tis:references::reference:Create"],
     "designatedBodyCodes": ["1-1RSSQ05"]}

`user` is the token's `preferred_username`, compared as the old database did: case and trailing blanks do not count. It
may be empty. A policy is a resource, which ends in a colon, and an action. A user who stands nowhere in the file is
unknown to profile.
"""

import fcntl
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def record_of(user: str, authorities: Sequence[str], policies: Sequence[str], bodies: Sequence[str]) -> Record:
    """A user's line."""
    return {
        "user": user,
        "authorities": list(authorities),
        "policies": list(policies),
        "designatedBodyCodes": list(bodies),
    }


def append_users(file: Path, records: Iterable[Record]) -> None:
    """Add lines, all of them or none, also where several do so at once."""
    text = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    with file.open("ab", buffering=0) as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        start = out.seek(0, 2)
        if out.write(text) != len(text):
            out.truncate(start)
            raise OSError(f"{file} could not be written whole: is the disk full?")


class Users:
    """The users in a file, read again when it has grown."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._records: dict[str, Record] = {}

    def get(self, user: str) -> Record | None:
        """A user's latest line; None where there is none."""
        size = self._file.stat().st_size if self._file.exists() else 0
        if size < self._read:
            self._read, self._records = 0, {}
        if size > self._read:
            with self._file.open("rb") as lines:
                lines.seek(self._read)
                text = lines.read()
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            self._records |= {key_of(record["user"]): record for record in map(json.loads, whole.splitlines())}
        return self._records.get(key_of(user))


def key_of(user: str) -> str:
    """What makes two names the same user."""
    return user.rstrip(" ").casefold()


def userinfo_of(record: Record) -> dict[str, Any]:
    """What `/api/userinfo` answers for a user."""
    user = record["user"]
    return {
        "userName": user,
        "fullName": f"{user} Local",
        "firstName": user,
        "lastName": "Local",
        "roles": ["Local"],
        "permissions": record["authorities"],
        "gmcId": None,
        "designatedBodyCodes": record["designatedBodyCodes"] or ["None"],
        "phoneNumber": None,
        "emailAddress": None,
        "permissionPolicies": [policy_of(user, text) for text in record["policies"]],
        "assignedTrusts": None,
        "assignedProgrammes": None,
    }


def policy_of(user: str, text: str) -> dict[str, Any]:
    """A policy that allows a user an action on a resource, of `tis:references::reference:Create`."""
    resource, _, action = text.rpartition(":")
    return {
        "name": text,
        "principal": f"tis:profile::user:{user}",
        "resource": f"{resource}:",
        "actions": [action],
        "effect": "Allow",
    }
