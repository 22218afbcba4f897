"""The grammar of `columnFilters` and `searchQuery`: from the parameters' text to plain values."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from shared.errors import BadRequest
from shared.jackson import LONG_RANGE, checked_text, read_json, read_text

UNTRIMMED = ("dateFrom", "dateTo")
LONG_DIGITS = 19

Value = str | int | bool
ColumnFilters = Mapping[str, Sequence[Value]]


def strip_invisible(text: str) -> str:
    """The text without control and invisible characters (Unicode's class C), trimmed."""
    if not text.isprintable():
        text = "".join(sign for sign in text if not unicodedata.category(sign).startswith("C"))
    return text.strip()


def decode_again(text: str) -> str:
    """The text URL-decoded once more, `+` a blank; as it was where a percent sign is malformed."""
    return text if is_malformed(text) else unquote_plus(text)


def is_malformed(text: str) -> bool:
    """Does a percent sign stand before anything but two hexadecimal digits?"""
    return re.search(r"%(?![0-9A-Fa-f]{2})", text) is not None


def read_search(text: str | None) -> str | None:
    """What `searchQuery` asks for: out of its quotes, decoded once more and trimmed; None for no search."""
    cleaned = strip_invisible(text or "")
    if len(cleaned) > 1 and cleaned.startswith('"') and cleaned.endswith('"'):
        cleaned = cleaned[1:-1]
    wanted = strip_invisible(decode_again(cleaned))
    try:
        return checked_text(wanted) or None
    except ValueError as error:
        raise BadRequest(f"searchQuery: {error}.") from error


def like_pattern(text: str) -> str:
    r"""A LIKE pattern that finds the text anywhere: `%`, `_` and `\` stand for themselves."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def read_filters(text: str | None, *, decode_always: bool = False) -> ColumnFilters:
    """The filters of `columnFilters`, column by column; BadRequest for what is not an object of arrays of values."""
    if text is None:
        return {}
    if decode_always or not text.startswith("{"):
        if is_malformed(text):
            raise BadRequest("columnFilters holds a percent sign that is not followed by two hexadecimal digits.")
        text = unquote_plus(text)
    wanted = read_json(text, "columnFilters")
    if not isinstance(wanted, dict):
        raise BadRequest('columnFilters must be an object of arrays, such as {"status":["CURRENT"]}.')
    return {name: _read_values(name, values) for name, values in wanted.items()}


def _read_values(name: str, values: object) -> Sequence[Value]:
    if not isinstance(values, list) or (not values and name != "status"):
        raise BadRequest(f"columnFilters: {name} must have an array of at least one value.")
    return [_read_value(name, value) for value in values]


def _read_value(name: str, value: object) -> Value:
    if name == "status" and value is None:
        return ""
    try:
        text = read_text(value)
    except ValueError as error:
        raise BadRequest(f"columnFilters: {name}: {error}.") from error
    if text is None:
        raise BadRequest(f"columnFilters: {name} holds null.")
    if name not in UNTRIMMED:
        text = strip_invisible(text)
    if text in ("true", "false"):
        return bool(text == "true")
    if re.fullmatch(r"[0-9]+", text):
        if len(text) > LONG_DIGITS or int(text) >= LONG_RANGE:
            raise BadRequest(f"columnFilters: {name}: {text} is out of range.")
        return Number.read(text)
    return str(text)


class Number(int):
    """A filter's number that remembers how it was written: a text column is compared with that."""

    written: str

    @classmethod
    def read(cls, text: str) -> "Number":
        """From digits."""
        number = cls(text)
        number.written = text
        return number
