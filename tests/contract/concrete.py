"""Recorded texts as a server would say them."""

import re
from datetime import UTC, datetime


def concrete(text: str, shift: int = 0) -> str:
    """A recorded text with a value for each mark; another `shift`, other values."""
    text = re.sub(r"\{\{new:(\d+)\}\}", lambda mark: str(7_000_000 + shift + int(mark[1])), text)
    return text.replace("{{now}}", datetime.now(UTC).isoformat(timespec="milliseconds"))
