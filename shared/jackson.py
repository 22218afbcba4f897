"""JSON as the old servers' reader (Jackson 2.12) takes it: the conversions that it makes and those that it refuses.

The types are for the fields of request models. All are nullable: what must be there is a matter of validation, which
comes after reading.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, NoReturn
from uuid import UUID

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from shared.errors import BadRequest
from shared.java import double_text

LONG_RANGE = 2**63
EPOCH = date(1970, 1, 1)


STATUSES = ("CURRENT", "INACTIVE")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read_json(text: str) -> Any:
    """The first JSON value of a text; what follows it is ignored. BadRequest says where the text is broken."""
    try:
        value, _ = _DECODER.raw_decode(text.lstrip(" \t\r\n\ufeff"))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error
    return value


def read_text(value: Any) -> Any:
    """Text; a number or a boolean becomes its text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, int):
        return str(value)
    if value is None or isinstance(value, str):
        return checked_text(value)
    raise ValueError("text is expected")


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
            raise ValueError("a number is expected")
        value = int(value)
    if isinstance(value, bool) or (value is not None and not isinstance(value, int | float)):
        raise ValueError("a number is expected")
    if value is None:
        return None
    number = int(value)
    if not -LONG_RANGE <= number < LONG_RANGE:
        raise ValueError("the number is out of range")
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
    raise ValueError("true or false is expected")


def read_primitive_flag(value: Any) -> Any:
    """A boolean that cannot be null: null is false."""
    return read_flag(value) or False


def read_uuid(value: Any) -> Any:
    """A UUID in lower case, as text; `""` is null."""
    if value in ("", None):
        return None
    if not isinstance(value, str):
        raise ValueError("a UUID is expected")  # noqa: TRY004 - what pydantic takes for a refusal
    return str(UUID(value))


def read_status(value: Any) -> Any:
    """CURRENT or INACTIVE, in upper case, or their place in the list."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value in (0, 1):
        return STATUSES[value]
    if value in STATUSES:
        return value
    raise ValueError("CURRENT or INACTIVE is expected")


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
    raise ValueError("a date such as 2026-01-31 is expected")


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
    raise ValueError("a date-time such as 2026-01-31T10:00:00.000+00:00 is expected")


def write_moment(moment: datetime | None) -> str | None:
    """A moment of a column, which bears no zone, as Jackson writes java.util.Date."""
    return None if moment is None else moment.isoformat(timespec="milliseconds") + "+00:00"


def _guarded(read: Any) -> BeforeValidator:
    def before(value: Any) -> Any:
        try:
            return read(value)
        except (OverflowError, TypeError) as error:
            raise ValueError(str(error)) from error

    return BeforeValidator(before)


Text = Annotated[str | None, BeforeValidator(read_text)]
Long = Annotated[int | None, _guarded(read_long)]
Flag = Annotated[bool | None, BeforeValidator(read_flag)]
PrimitiveFlag = Annotated[bool, BeforeValidator(read_primitive_flag)]
Uuid = Annotated[str | None, _guarded(read_uuid)]
StatusWord = Annotated[
    str | None,
    BeforeValidator(read_status),
    WithJsonSchema({"anyOf": [{"enum": list(STATUSES)}, {"type": "null"}]}),
]
Day = Annotated[date | None, _guarded(read_day)]
Moment = Annotated[datetime | None, _guarded(read_moment), PlainSerializer(write_moment)]
