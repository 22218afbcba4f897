"""What a gate has to say: one finding a fault."""

from typing import NamedTuple


class GateError(Exception):
    """A gate could not be run; the message says why, and what to do."""


class Finding(NamedTuple):
    """A rule that a file breaks: where, why that is a fault, and what mends it.

    `resource` is a logical id, a parameter, an action or an address: what in the file it is about; "" for the file itself.
    """

    gate: str
    file: str
    resource: str
    rule: str
    why: str
    mend: str
