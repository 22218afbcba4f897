"""Instance types: `db.r6g.xlarge` is two of the family's `large`, and has four processors."""

from decimal import Decimal
from typing import NamedTuple

LARGE_PROCESSORS = 2
SMALLER = {"nano": "0.0625", "micro": "0.125", "small": "0.25", "medium": "0.5", "large": "1", "xlarge": "2"}
XLARGE = "xlarge"


class Sized(NamedTuple):
    """A family's price, how many of its `large` an instance is, and how many processors it has."""

    price: str
    larges: Decimal
    processors: int


def sized(instance: str) -> Sized | None:
    """What an instance type is made of; None for a name of another form."""
    parts = instance.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - kind, family and size
        return None
    kind, family, size = (parts[2], parts[0], parts[1]) if parts[2] == "search" else parts
    larges = larges_of(size)
    if larges is None:
        return None
    return Sized(f"{kind}.{family}", larges, max(LARGE_PROCESSORS, int(larges * LARGE_PROCESSORS)))


def larges_of(size: str) -> Decimal | None:
    """How many `large` a size is: `4xlarge` is eight; None for a size that there is not."""
    if size in SMALLER:
        return Decimal(SMALLER[size])
    count = size.removesuffix(XLARGE)
    return Decimal(count) * 2 if size.endswith(XLARGE) and count.isdigit() else None
