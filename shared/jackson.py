"""JSON as the old servers' reader (Jackson 2.12) takes it: the conversions that it makes and those that it refuses.

The types are for the fields of request models. All are nullable: what must be there is a matter of validation, which
comes after reading.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, NoReturn

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from shared.errors import BadRequest
from shared.java import double_text

LONG_RANGE = 2**63
EPOCH = date(1970, 1, 1)
UUID_TEXT = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


STATUSES = ("CURRENT", "INACTIVE")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read_json(text: str, what: str = "The body") -> Any:
    """The first JSON value of a text; what follows it is ignored. BadRequest says where the text is broken."""
    try:
        value, _ = _DECODER.raw_decode(text.lstrip(" \t\r\n\ufeff"))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{what} is not JSON: {error}.") from error
    return value


def read_text(value: Any) -> Any:
    """Text; a number or a boolean becomes its text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("the number is out of range")
        return double_text(value)
    if isinstance(value, int):
        return str(value)
    if value is None or isinstance(value, str):
        return checked_text(value)
    raise ValueError("text is expected")


def check_json(text: str) -> None:
    """ValueError for a text that is not one JSON value and no more."""
    try:
        _, end = _DECODER.raw_decode(text.strip(" \t\r\n"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if end < len(text.strip(" \t\r\n")):
        raise ValueError(f"there is more behind the value, from character {end}")


def checked_text(value: str | None) -> str | None:
    """The text itself; ValueError for a character that the old three-byte columns cannot hold."""
    if value and not value.isascii() and any(sign > "\uffff" or "\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("a character beyond U+FFFF cannot be stored")
    return value


def read_long(value: Any) -> Any:
    """A 64-bit number; numeric text is read, `""` is null, a fraction is cut off."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", value):
            raise ValueError(value)
        value = int(value)
    if isinstance(value, bool) or (value is not None and not isinstance(value, int | float)):
        raise ValueError(value)
    if value is None:
        return None
    number = int(value)
    if not -LONG_RANGE <= number < LONG_RANGE:
        raise ValueError(value)
    return number


def read_flag(value: Any) -> Any:
    """A boolean; its text and numbers are read, `""` is null."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value != 0
    words = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False, "": None}
    if isinstance(value, str) and value.strip() in words:
        return words[value.strip()]
    raise ValueError(value)


def read_primitive_flag(value: Any) -> Any:
    """A boolean that cannot be null: null is false."""
    return read_flag(value) or False


def read_uuid(value: Any) -> Any:
    """A UUID in lower case, as text; `""` is null."""
    if value in ("", None):
        return None
    if not isinstance(value, str) or not re.fullmatch(UUID_TEXT, value, re.ASCII):
        raise ValueError(value)
    return value.lower()


def read_status(value: Any) -> Any:
    """CURRENT or INACTIVE, in upper case, or their place in the list."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value in (0, 1):
        return STATUSES[value]
    if value in STATUSES:
        return value
    raise ValueError(value)


def read_day(value: Any) -> Any:
    """A date: ISO with or without a time, `[year, month, day]`, days since 1970 as a number; `""` is null."""
    if value in ("", None):
        return None
    if isinstance(value, list):
        return date(*value)
    if isinstance(value, int) and not isinstance(value, bool):
        return EPOCH + timedelta(days=value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z?)?", value.strip()):
        return date.fromisoformat(value.strip()[:10])
    raise ValueError(value)


def read_moment(value: Any) -> Any:
    """A moment in UTC without zone: ISO date or date-time, epoch milliseconds as number or text; `""` is null."""
    if value in ("", None):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return datetime(1970, 1, 1) + timedelta(milliseconds=value)  # noqa: DTZ001 - columns bear no zone
    if isinstance(value, str):
        moment = datetime.fromisoformat(value.strip())
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None)
    raise ValueError(value)


def write_moment(moment: datetime | None) -> str | None:
    """A moment of a column, which bears no zone, as Jackson writes java.util.Date."""
    return None if moment is None else moment.isoformat(timespec="milliseconds") + "+00:00"


def reader(read: Callable[[Any], Any], expected: str) -> BeforeValidator:
    """A field's reader; whatever it cannot read is refused in the same words."""

    def before(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, OverflowError, TypeError) as error:
            raise ValueError(f"{expected} is expected") from error

    return BeforeValidator(before)


Text = Annotated[str | None, BeforeValidator(read_text)]
Long = Annotated[int | None, reader(read_long, "a number of at most 64 bits")]
Flag = Annotated[bool | None, reader(read_flag, "true or false")]
PrimitiveFlag = Annotated[bool, reader(read_primitive_flag, "true or false")]
Uuid = Annotated[str | None, reader(read_uuid, "a UUID")]
StatusWord = Annotated[
    str | None,
    reader(read_status, "CURRENT or INACTIVE"),
    WithJsonSchema({"anyOf": [{"enum": list(STATUSES)}, {"type": "null"}]}),
]
Day = Annotated[date | None, reader(read_day, "a date such as 2026-01-31")]
Moment = Annotated[
    datetime | None,
    reader(read_moment, "a date-time such as 2026-01-31T10:00:00.000+00:00"),
    PlainSerializer(write_moment, when_used="json"),
]
