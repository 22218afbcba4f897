"""How far the move to the new issuer has come, as the running route table tells it: read at most every three seconds."""

import time
from base64 import b64decode
from collections.abc import Callable

from shared import observability
from shared.calling.dynamo import DynamoTable
from shared.key_sets import KeysUnavailable
from shared.route_items import ISSUERS, KIND, NAME, ROUTES, decode, issuer_move
from shared.stages import FIRST_READ_SECONDS, MAX_AGE, NOT_MOVED, READ_SECONDS, RETRY_AGE, IssuerMove

Read = Callable[[float], IssuerMove]


def reader_of(table: str) -> Read:
    """Reads the move from a DynamoDB table within some seconds; a table without the line has not begun it."""
    source = DynamoTable(table)

    def read(seconds: float) -> IssuerMove:
        item = source.item({KIND: ROUTES, NAME: ISSUERS}, seconds)
        return NOT_MOVED if item is None else issuer_move(decode(b64decode(item["spec"]["B"])))

    return read


class IssuerStage:
    """The move as it was last read; a store that cannot be read leaves that in force."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._due = float("-inf")
        self._move: IssuerMove | None = None

    def __call__(self) -> IssuerMove:
        """The move, never older than MAX_AGE where the store answers. Raises KeysUnavailable where it never did."""
        now = self._clock()
        if now > self._due or self._move is None:
            self._due = now + (MAX_AGE if self._refresh() else RETRY_AGE)
        if self._move is None:
            raise KeysUnavailable("The stage of the issuers cannot be read: nobody can say whose tokens count.")
        return self._move

    def _refresh(self) -> bool:
        try:
            self._move = self._read(FIRST_READ_SECONDS if self._move is None else READ_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the store or the item, the last reading holds
            message = "The stage of the issuers cannot be read; the last one stays in force."
            observability.logger.warning(message, extra={"cause": repr(error)})
            return False
        return True
