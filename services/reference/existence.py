"""The look-ups that tell which of some values exist: by text, by a list of texts or of ids.

Each collection has the kind that it always had; what they do about case, accents and filters differs on purpose.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, select

from shared.db import Work
from shared.errors import BadRequest, Conflict
from shared.filters import decode_again, read_filters, strip_invisible
from shared.http.binding import RawText
from shared.http.endpoint import Resource, calling_line
from shared.http.reply import Reply
from shared.jackson import Long, Text
from shared.java import hash_order
from shared.lookup import Collection, portions
from shared.principals import SIGNED_IN

FOUND, NOT_FOUND = 302, 204

Rows = Collection[Any]


def exists_text(routes: Resource, path: str, rows: Rows, column: str, *, decode: bool = True, source: str = "") -> None:
    """POST a raw text: true where a row's column equals it, by collation, and the filters fit."""

    def text_exists(body: RawText, column_filters: str | None, work: Work) -> bool:
        wanted = decoded(body) if decode else body
        clauses = rows.clauses(filters=read_filters(column_filters))
        found = rows.find(work, rows.column(column) == wanted, *clauses.conditions, limit=2)
        if len(found) > 1:
            raise Conflict("Several rows have this value.")
        return bool(found)

    routes.endpoint("POST", path, allow=SIGNED_IN, source=source or calling_line())(text_exists)


def exists_map(routes: Resource, path: str, rows: Rows, column: str, *, source: str = "") -> None:
    """POST a list of texts: for each, whether a row's column equals it but for case; filters are ignored."""

    def values_exist(body: list[Text], work: Work) -> dict[str, bool]:
        values = [decoded(value) for value in texts(body)]
        stored = {value.lower() for value in stored_values(work, rows.column(column), values)}
        return {value: value.lower() in stored for value in hash_order(values)}

    routes.endpoint("POST", path, allow=SIGNED_IN, source=source or calling_line())(values_exist)


def exists_exact(routes: Resource, path: str, rows: Rows, column: str, *, source: str = "") -> None:
    """POST a list of texts: for each, whether a row that fits the filters has it, in the same case."""

    def codes_exist(body: list[Text], column_filters: str | None, work: Work) -> dict[str, bool]:
        values = [decoded(value) for value in texts(body, least=1)]
        if len(set(values)) < len(values):
            raise BadRequest("A value stands twice in the list.")
        clauses = rows.clauses(filters=read_filters(column_filters))
        stored = set(stored_values(work, rows.column(column), values, clauses.conditions))
        return {value: value in stored for value in hash_order(values)}

    routes.endpoint("POST", path, allow=SIGNED_IN, source=source or calling_line())(codes_exist)


def exists_ids(routes: Resource, path: str, rows: Rows) -> None:
    """POST a list of ids: for each, whether a row has it."""

    def ids_exist(body: list[Long], work: Work) -> dict[str, bool]:
        keys = [key for key in body if key is not None]
        if len(keys) < len(body):
            raise BadRequest("The list holds null.")
        stored = set(stored_values(work, rows.column("id"), keys))
        return {str(key): key in stored for key in hash_order(keys)}

    routes.endpoint("POST", path, allow=SIGNED_IN, source=calling_line())(ids_exist)


def match_values(routes: Resource, path: str, rows: Rows, column: str) -> None:
    """POST a list of texts: for each, the stored spelling, or an empty text; case is ignored."""

    def values_match(body: list[Text], column_filters: str | None, work: Work) -> dict[str, str]:
        values = {decoded(value).lower(): decoded(value) for value in texts(body, least=1)}
        clauses = rows.clauses(filters=read_filters(column_filters))
        stored = stored_values(work, rows.column(column), list(values.values()), clauses.conditions)
        spelling = {value.lower(): value for value in stored}
        return {value: spelling.get(lowered, "") for lowered, value in sorted(values.items())}

    routes.endpoint("POST", path, allow=SIGNED_IN, source=calling_line())(values_match)


def status_reply(*, found: bool) -> Reply:
    """302 for what exists and 204 for what does not, both without a body."""
    return Reply(None, FOUND if found else NOT_FOUND)


def decoded(text: str) -> str:
    """A value as it is looked up: URL-decoded once more, trimmed, and without invisible characters."""
    return strip_invisible(decode_again(text))


def texts(body: Iterable[str | None], least: int = 0) -> list[str]:
    """The values of a list; BadRequest where one is null or there are too few."""
    values = [value for value in body if value is not None]
    if len(values) != len(list(body)) or len(values) < least:
        raise BadRequest("The list is empty, or holds null.")
    return values


def stored_values(work: Work, column: Column[Any], values: Sequence[Any], conditions: Sequence[Any] = ()) -> list[Any]:
    """What rows with one of the values hold in the column, as stored."""
    statements = (select(column).where(column.in_(some), *conditions) for some in portions(values))
    return [row[0] for statement in statements for row in work.rows(statement)]
