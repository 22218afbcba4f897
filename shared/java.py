"""What callers can see of Java itself: how it writes numbers and dates, in which order its hash maps come, how it wraps."""

import math
import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key", str, int)

FIRST_TABLE = 16
LOAD_FACTOR = 0.75
INT, INT_SIGN = 2**32, 2**31
LONG = 2**64
UUID_GROUPS = (8, 4, 4, 4, 12)


def double_text(number: float) -> str:
    """A floating-point number as Double.toString writes it: plain from 0.001 to 10,000,000, else scientific."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:  # noqa: PLR2004 - the limits of Double.toString
        return str(number)
    mantissa, _, exponent = f"{Decimal(repr(number)).normalize():E}".partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def date_text(moment: datetime) -> str:
    """A moment in UTC as java.util.Date.toString writes it."""
    return moment.strftime("%a %b %d %H:%M:%S UTC %Y")


def wrap_int(number: int) -> int:
    """A number as a 32-bit int holds it after it overflowed."""
    return (number + INT_SIGN) % INT - INT_SIGN


def uuid_text(text: str) -> str:
    """A text as UUID.fromString reads it: five hexadecimal groups, short ones filled up and long ones cut off."""
    groups = text.split("-")
    if len(groups) != len(UUID_GROUPS) or not all(re.fullmatch(r"[0-9a-fA-F]{1,16}", group) for group in groups):
        raise ValueError(text)
    return "-".join(f"{int(group, 16):0{size}x}"[-size:] for group, size in zip(groups, UUID_GROUPS, strict=True))


def hash_order(keys: Iterable[Key]) -> list[Key]:
    """The distinct keys in the order in which a HashMap with Strings or Longs as keys is walked through."""
    distinct = list(dict.fromkeys(keys))
    size = FIRST_TABLE
    while len(distinct) > size * LOAD_FACTOR:
        size *= 2
    return sorted(distinct, key=lambda key: _spread(hash_code(key)) & (size - 1))


def hash_code(key: str | int) -> int:
    """String.hashCode, or Long.hashCode, as an unsigned number."""
    if isinstance(key, int):
        bits = key % LONG
        return (bits ^ bits >> 32) % INT
    code = 0
    units = key.encode("utf-16-le")
    for place in range(0, len(units), 2):
        code = (31 * code + units[place] + (units[place + 1] << 8)) % INT
    return code


def _spread(code: int) -> int:
    return code ^ code >> 16
