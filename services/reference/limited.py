"""Searches that give at most a hundred rows, and say when there may be more."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import literal

from shared.db import Work
from shared.lookup import Collection
from shared.narrowing import search_any
from shared.rows import Row

LIMIT = 100
UNSEARCHED_LIMIT = 10_000  # what fits into an answer of Lambda's, 6 MB
LIMIT_REACHED = "LIMIT_REACHED"

Model = TypeVar("Model", bound=Row)


class LimitedList(BaseModel, Generic[Model]):
    """Rows with their number, and a code once they reach the limit."""

    total: int
    messageCode: str | None
    list: list[Model]


def search_limited(
    work: Work, rows: Collection[Any], columns: Sequence[str], text: str | None, own: Sequence[Any] = ()
) -> LimitedList[Any]:
    """The rows with the text in any column, at most LIMIT; the text is raw: `%` and `_` are wildcards.

    Without a text and conditions of its own a search gives all rows, as far as they fit into one answer.
    """
    searched = [search_any([rows.column(name) for name in columns], literal(f"%{text}%"))] if text else []
    found = rows.find(work, *own, *searched, limit=LIMIT if searched or own else UNSEARCHED_LIMIT)
    return LimitedList(total=len(found), messageCode=LIMIT_REACHED if len(found) >= LIMIT else None, list=found)
