"""A use: so much of something that has a price, by whom. Bills are made of them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

GROUND = ""  # the owner of what all services stand on
STRANGLER = "strangler"
HOURS = Decimal(730)  # a month, as AWS's own calculator counts it
SECONDS = HOURS * 3600
MB = Decimal(1024)  # kilobytes, and MB in a GB


class Use(NamedTuple):
    """So much of a price in a month: for which part of the system, owned by which service, for what."""

    part: str
    owner: str
    what: str
    price: str
    quantity: Decimal


def times(uses: Iterable[Use], factor: Decimal) -> Iterable[Use]:
    """Uses that happen so many times."""
    for use in uses:
        yield use._replace(quantity=use.quantity * factor)


def gigabytes(kilobytes: Decimal) -> Decimal:
    """Kilobytes as GB."""
    return kilobytes / MB / MB


def gb_seconds(milliseconds: Decimal, memory: int) -> Decimal:
    """The work of a function of so many MB, as Lambda charges it."""
    return milliseconds / 1000 * memory / MB
