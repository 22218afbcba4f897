"""Settings from the environment, read once: what is missing or malformed is refused by its name."""

import os
from collections.abc import MutableMapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_args, get_type_hints

from shared.parameters import PLACES, fetch_settings

Settings = TypeVar("Settings")

SECONDS_OR_COUNT = (int, float)


class ConfigError(Exception):
    """The environment lacks a setting or holds one that cannot be read; the message names it."""


def load(kind: type[Settings], environ: MutableMapping[str, str] = os.environ) -> Settings:
    """An instance of a dataclass, its field `legacy_url` taken from TIS_LEGACY_URL; all faults in one ConfigError.

    What a deployed function is told is fetched first (shared/parameters.py).
    """
    if PLACES in environ:
        fetch_settings(environ)
    hints, values, faults = get_type_hints(kind), {}, []
    for field in fields(kind):  # type: ignore[arg-type]
        name = f"TIS_{field.name.upper()}"
        text = environ.get(name)
        if not text:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(f"{name} is not set")
            continue
        try:
            values[field.name] = kind_of(hints[field.name])(text)
        except ValueError:
            faults.append(
                f"{name} must be a number, not {text!r}"
                if hints[field.name] in SECONDS_OR_COUNT
                else f"{name} cannot be read: {text!r}"
            )
    if faults:
        raise ConfigError("; ".join(faults))
    return kind(**values)


def kind_of(hint: Any) -> Any:
    """The type that reads a setting's text: of `Issuers | None`, Issuers."""
    return next(one for one in (*get_args(hint), hint) if one is not type(None))
