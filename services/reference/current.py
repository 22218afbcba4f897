"""Lists of the rows that are current."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import literal

from shared.crud import Crud
from shared.db import Work
from shared.filters import like_pattern, read_search
from shared.http.reply import Reply
from shared.narrowing import search_any
from shared.paging import PageRequest


def list_current(
    work: Work,
    crud: Crud[Any],
    page: PageRequest,
    search_query: str | None = None,
    columns: Sequence[str] = (),
    *,
    also_inactive: bool = False,
) -> Reply:
    """A page of the current rows that hold the text; `also_inactive` drops the status once there is a text."""
    rows, text = crud.rows, read_search(search_query)
    clauses = rows.clauses()
    if text is not None:
        clauses.conditions.append(search_any([rows.column(name) for name in columns], literal(like_pattern(text))))
    if text is None or not also_inactive:
        clauses.conditions.append(rows.column("status") == "CURRENT")
    found, total = rows.page(work, page, clauses)
    return Reply(found, 200, page.headers(crud.base, total))
