"""Rows by lists of codes and of ids."""

from collections.abc import Sequence
from typing import Any

from shared.db import Work
from shared.errors import Conflict, NotFound
from shared.http.reply import Reply
from shared.lookup import Collection
from shared.rows import Model


def codes_in_path(codes: str) -> list[str]:
    """The codes of a path segment, split at commas and not trimmed; trailing empty ones fall out, as Java's do."""
    found = codes.split(",")
    while found and not found[-1]:
        found.pop()
    return found


def found_or_404(work: Work, rows: Collection[Any], ids: Sequence[int | None]) -> Reply:
    """The rows with any of the ids: an empty list of ids is 200, one of unknown ids 404, both with an empty array."""
    found = rows.find_any(work, rows.column("id"), ids)
    return Reply(found, 200 if found or not ids else 404)


def only_row(rows: Sequence[Model]) -> Model:
    """The one row found by a code; NotFound for none, Conflict where several share it."""
    if not rows:
        raise NotFound
    if len(rows) > 1:
        raise Conflict("Several rows have this code.")
    return rows[0]
