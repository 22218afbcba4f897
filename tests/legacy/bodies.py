"""Bodies read as the old service's Jackson read them: what fits is converted, what does not is a crash."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from tests.legacy.catalogue import PARENTS, Collection, Field
from tests.legacy.messages import Refused, Request, crash, parsed

Row = dict[str, Any]

JSON_TYPES: Final = re.compile(r"application/(?:json|[\w.-]+\+json)\s*(?:;.*)?", re.IGNORECASE)
STATUSES: Final = ("CURRENT", "INACTIVE")
DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?")


def row_of(request: Request, collection: Collection) -> Row:
    """The row in a request's body, all of its fields present and in their order; Refused where it cannot be read."""
    if not JSON_TYPES.fullmatch(request.header("content-type") or ""):
        raise Refused(crash())
    try:
        return converted(parsed(request.body), collection.fields)
    except (TypeError, ValueError, OverflowError):
        raise Refused(crash()) from None


def converted(value: Any, fields: tuple[Field, ...]) -> Row:
    """A row from a JSON object; unknown names are ignored, absent ones null."""
    if not isinstance(value, dict):
        raise TypeError("no object")
    return {field.name: field_value(value.get(field.name), field.kind) for field in fields}


def field_value(value: Any, kind: str) -> Any:
    """A value converted to a field's kind; ValueError or TypeError where it cannot be."""
    if kind in PARENTS:
        return None if value is None else converted(value, PARENTS[kind])
    if isinstance(value, dict):
        raise TypeError("an object for a scalar")
    if value is None or (value == "" and kind in ("id", "uuid", "date")):
        return False if kind == "flag" else None
    return CONVERSIONS[kind](value)


def to_text(value: Any) -> str:
    """A text; numbers and booleans become theirs."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
    raise TypeError("no text")


def to_id(value: Any) -> int:
    """A whole number, also as text; fractions are cut."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("no number")
    return int(value)


def to_flag(value: Any) -> bool:
    """A boolean; numbers but 0 are true."""
    if isinstance(value, str):
        return {"true": True, "false": False}[value] if value in ("true", "false") else bool(int(value))
    if isinstance(value, int):
        return bool(value)
    raise TypeError("no boolean")


def to_status(value: Any) -> str:
    """A status by its name or its place."""
    if value in STATUSES:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(STATUSES):
        return STATUSES[value]
    raise ValueError("no status")


def to_uuid(value: Any) -> str:
    """A UUID in lower case."""
    if not isinstance(value, str):
        raise TypeError("no uuid")
    return str(UUID(value))


def to_date(value: Any) -> str:
    """A day: ISO text with or without a time, [year, month, day], or days since 1970."""
    match value:
        case [int(year), int(month), int(day)]:
            return date(year, month, day).isoformat()
        case bool():
            raise TypeError("no date")
        case int():
            return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
        case str() if found := DAY.fullmatch(value):
            return date.fromisoformat(found[1]).isoformat()
    raise ValueError("no date")


CONVERSIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "text": to_text,
    "id": to_id,
    "flag": to_flag,
    "status": to_status,
    "uuid": to_uuid,
    "date": to_date,
}
