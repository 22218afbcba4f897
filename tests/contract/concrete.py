"""Recorded texts as a server would say them."""

import re
from datetime import UTC, datetime
from typing import Final

HOST: Final = "tis.example:80"


def concrete(text: str, shift: int = 0) -> str:
    """A recorded text with a value for each mark; another `shift`, other values made by the server."""
    text = re.sub(r"\{\{new:(\d+)\}\}", lambda mark: str(7_000_000 + shift + int(mark[1])), text)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return text.replace("{{now}}", now).replace("{{any}}", "whatever").replace("{{host}}", HOST)
