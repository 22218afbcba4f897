"""What the facade is told by its environment."""

import os
from dataclasses import dataclass

from shared.issuers import Issuers


@dataclass(frozen=True)
class Settings:
    """TIS_LEGACY_URL and so on. Without issuers no token counts for anything, without a key no cookie."""

    legacy_url: str
    routes_table: str
    issuers: Issuers | None = None
    cookie_key: str = ""


def upstream_url(name: str) -> str | None:
    """The base URL of an upstream: of `reference` it is TIS_REFERENCE_URL. No other host is ever called."""
    return os.environ.get(f"TIS_{name.upper().replace('-', '_')}_URL")
