"""Rows that have a name for their key: how names are found, and where new ones are said to be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, bindparam, literal, select, union_all

from shared.audit import UNAUDITED_USER
from shared.columns import COLLATION
from shared.db import Work
from shared.errors import BadRequest, NotFound
from shared.http.reply import Alert, Reply
from shared.lookup import portions
from shared.principals import Principal
from shared.rows import Row

IN_PATHS = "!$&'()*+,;=:@/"  # RFC 3986 3.3: what a path may hold besides letters, digits and -._~
LENGTHS = (8, 64, 400)
MOST_TERMS = LENGTHS[-1]  # of a union; SQLite takes 500


def created(entity: str, path: str, row: Row, name: str | None) -> Reply:
    """The answer to a create: 201 with the place of the new row, whatever signs are in its name."""
    place = quote(name or "", safe=IN_PATHS)
    return Reply(row, 201, {"Location": f"/api/{path}/{place}"}, alert=Alert(entity, "created", name or ""))


def refuse_unknown(stored: Row | None, principal: Principal) -> None:
    """Refuse to update what is not there: for roles and permissions the old service did that for the ETL alone."""
    if stored is None and principal.user.lower() != UNAUDITED_USER:
        raise NotFound


def updated(entity: str, row: Row, name: str | None) -> Reply:
    """The answer to an update."""
    return Reply(row, alert=Alert(entity, "updated", name or ""))


def hold(work: Work, column: Column[str], name: str | None) -> str | None:
    """Keep all others from changing the row with a name until the end of the work; the name as stored, None for no row.

    What is not there is not looked for under a lock: MySQL would lock the gap, and two who fill it wait for each other.
    """
    statement = select(column).where(column == bindparam("name"))
    found: str | None = work.value(statement, {"name": name})
    work.begin()
    return None if found is None else work.value(statement.with_for_update(), {"name": name})


def stored_names(work: Work, column: Column[str], names: Iterable[str | None]) -> Mapping[str, str]:
    """How those of some names that a column holds are spelled there; the database says which are the same."""
    wanted = [name for name in dict.fromkeys(names) if name is not None]
    found = [row for some in portions(wanted, MOST_TERMS) for row in work.rows(_select_spellings(column, padded(some)))]
    return {row.asked: row.stored for row in found}


def padded(names: Sequence[str]) -> Sequence[str]:
    """The names with the last one repeated, up to one of a few lengths: each is a statement that is kept, compiled."""
    length = next(length for length in LENGTHS if length >= len(names))
    return [*names, *[names[-1]] * (length - len(names))]


def _select_spellings(column: Column[str], names: Iterable[str]) -> Any:
    asked = union_all(*(select(literal(name).collate(COLLATION).label("asked")) for name in names)).subquery("asked")
    return select(asked.c.asked, column.label("stored")).join_from(asked, column.table, column == asked.c.asked)


def present(names: Iterable[str | None] | None, what: str) -> list[str]:
    """Names without repetitions; BadRequest for a null among them."""
    found = list(dict.fromkeys(names or ()))
    if None in found:
        raise BadRequest(f"{what} holds a null.")
    return [name for name in found if name is not None]
