"""Whose tokens count: the setting TIS_ISSUERS, a JSON list, the old issuer first.

[{"name": "keycloak", "iss": "https://…", "jwks_url": "https://…", "audiences": ["tis"],
"user_claims": ["preferred_username"]}, …]
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from shared.config import ConfigError

SETTING = "TIS_ISSUERS"


@dataclass(frozen=True)
class Issuer:
    """Who signs tokens, where its keys are published, for whom it does, and which claims may name the user."""

    name: str
    iss: str
    jwks_url: str
    audiences: tuple[str, ...]
    user_claims: tuple[str, ...]


class Issuers(tuple[Issuer, ...]):
    """The issuers in a text of the form above, at least one of them. Raises ConfigError with every fault."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Read the setting's text."""
        try:
            entries = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{SETTING} is not JSON: {error}") from error
        if not isinstance(entries, list) or not entries:
            raise ConfigError(f"{SETTING} must be a list of issuers, the old one first, not {text[:40]!r}")
        faults = [f"issuer {number}: {fault}" for number, entry in enumerate(entries, 1) for fault in faults_of(entry)]
        faults = faults or [f"two issuers have the same {key}" for key in ("name", "iss") if has_twins(entries, key)]
        if faults:
            raise ConfigError(f"{SETTING}: {'; '.join(faults)}")
        return super().__new__(cls, map(issuer_of, entries))


KEYS = tuple(field.name for field in fields(Issuer))
LISTS = ("audiences", "user_claims")


def faults_of(entry: Any) -> Iterable[str]:
    """What is wrong with one issuer."""
    if not isinstance(entry, dict):
        yield f"it must be an object with {', '.join(KEYS)}"
        return
    yield from (f"it lacks {key}" for key in KEYS if key not in entry)
    for key, value in entry.items():
        if key not in KEYS:
            yield f"{key} is not known here; what is: {', '.join(KEYS)}"
        elif key in LISTS and not is_texts(value):
            yield f"{key} must be a list of texts, at least one"
        elif key not in LISTS and not is_text(value):
            yield f"{key} must be a text"
        elif key == "jwks_url" and not value.startswith(("https://", "http://")):
            yield "jwks_url must begin with https:// (or http://, on one machine)"


def has_twins(entries: list[Mapping[str, Any]], key: str) -> bool:
    """Do two entries say the same under a key?"""
    return len({entry[key] for entry in entries}) < len(entries)


def issuer_of(entry: Mapping[str, Any]) -> Issuer:
    """An entry without faults, as an issuer."""
    return Issuer(
        entry["name"], entry["iss"], entry["jwks_url"], tuple(entry["audiences"]), tuple(entry["user_claims"])
    )


def is_text(value: Any) -> bool:
    """Is it a text that is not empty?"""
    return isinstance(value, str) and bool(value)


def is_texts(value: Any) -> bool:
    """Is it a list of such texts, at least one?"""
    return isinstance(value, list) and bool(value) and all(map(is_text, value))
