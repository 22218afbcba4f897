"""The route table from DynamoDB, kept: older than 3 s, its version is read first, and the rest only if that has changed."""

import time
from base64 import b64decode
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from services.strangler.problems import unavailable
from services.strangler.table import Table, compile_table
from shared import observability
from shared.calling.aws import StoreError
from shared.calling.dynamo import DynamoTable
from shared.route_items import CURRENT, KIND, NAME, ROUTES, VERSION, Spec, decode
from shared.stages import FIRST_READ_SECONDS, MAX_AGE, READ_SECONDS, RETRY_AGE


class Version(NamedTuple):
    """The version item: which version of each service's routes is in force, and whether all is taken back to legacy."""

    services: dict[str, int]
    all_legacy: bool


class Source(Protocol):
    """Where versions and routes are read."""

    def version(self, seconds: float) -> Version:
        """The version in force."""

    def specs(self, services: Iterable[str], seconds: float) -> dict[str, Spec]:
        """The routes of some services, by name."""


class DynamoSource:
    """A DynamoDB table. Each reading raises StoreError after some seconds."""

    def __init__(self, table: str) -> None:
        self._table = DynamoTable(table)

    def version(self, seconds: float) -> Version:
        """The version item as it stands."""
        item = self._table.item({KIND: VERSION, NAME: CURRENT}, seconds)
        if item is None:
            raise StoreError(f"the table {self._table.name} holds no version: the routes have not been published")
        return Version({name: int(one["N"]) for name, one in item["services"]["M"].items()}, item["all_legacy"]["BOOL"])

    def specs(self, services: Iterable[str], seconds: float) -> dict[str, Spec]:
        """The routes of some services, by name."""
        items = self._table.items([{KIND: ROUTES, NAME: name} for name in services], seconds)
        return {item[NAME]["S"]: decode(b64decode(item["spec"]["B"])) for item in items}

    def close(self) -> None:
        """Close the connection."""
        self._table.close()


class KeptTable:
    """The compiled table of one execution environment."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._due = float("-inf")  # when the version is to be looked at
        self._version = Version({}, all_legacy=False)
        self._specs: dict[str, Spec] = {}
        self._table: Table | None = None

    def current(self, now: float) -> Table:
        """The table to decide by at this time (seconds of a monotonic clock); Refusal, 503, when there is none."""
        if now > self._due:
            self._due = now + (MAX_AGE if self._refresh() else RETRY_AGE)
        if self._table is None:
            self._due = float("-inf")
            raise unavailable("Calls cannot be routed now. Try again.", RETRY_AGE)
        return self._table

    def _refresh(self) -> bool:
        until = time.monotonic() + (READ_SECONDS if self._table else FIRST_READ_SECONDS)
        try:
            version = self._source.version(until - time.monotonic())
            if version != self._version or self._table is None:
                self._take_up(version, until)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the store or an item, the last table holds
            message = "The route table cannot be read; the last one stays in force."
            observability.logger.warning(message, extra={"cause": repr(error)})
            return False
        return True

    def _take_up(self, version: Version, until: float) -> None:
        stale = [name for name, number in version.services.items() if self._version.services.get(name) != number]
        known = self._specs | (self._source.specs(stale, until - time.monotonic()) if stale else {})
        specs = {name: known[name] for name in version.services}
        self._table = compile_table(specs.values(), all_legacy=version.all_legacy)
        self._version, self._specs = version, specs
