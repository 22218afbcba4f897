"""The route table from DynamoDB, by signed HTTP without boto3, and kept: older than 3 s, its version is read first."""

import json
import os
import time
from base64 import b64decode
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from services.strangler.client import Failure, Upstream
from services.strangler.items import CURRENT, KIND, NAME, ROUTES, VERSION, Spec, decode
from services.strangler.problems import unavailable
from services.strangler.signing import signed_headers
from services.strangler.table import Table, compile_table
from shared import observability

MAX_AGE = 3.0  # seconds after which a table's version is looked at before deciding
RETRY_AGE = 1.0  # seconds, where it could not be looked at
READ_SECONDS = 0.2  # a store that takes longer leaves the last table in force
FIRST_READ_SECONDS = 2.0  # without a table nothing can be decided: worth a longer wait
OK = 200


class StoreError(Exception):
    """The store did not answer in time, or not with what was asked; the message is for the log."""


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
        self._table, self._region = table, os.environ["AWS_REGION"]
        endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", f"https://dynamodb.{self._region}.amazonaws.com")
        self._upstream = Upstream(endpoint)

    def version(self, seconds: float) -> Version:
        """The version item as it stands."""
        found = self._ask(
            "GetItem", {"TableName": self._table, "Key": key(VERSION, CURRENT), "ConsistentRead": True}, seconds
        )
        if "Item" not in found:
            raise StoreError(f"the table {self._table} holds no version: the routes have not been published")
        item = found["Item"]
        return Version({name: int(one["N"]) for name, one in item["services"]["M"].items()}, item["all_legacy"]["BOOL"])

    def specs(self, services: Iterable[str], seconds: float) -> dict[str, Spec]:
        """The routes of some services, by name."""
        wanted = {"Keys": [key(ROUTES, name) for name in services], "ConsistentRead": True}
        found = self._ask("BatchGetItem", {"RequestItems": {self._table: wanted}}, seconds)
        if found.get("UnprocessedKeys"):
            raise StoreError("the store was too busy to give all routes")
        items = found["Responses"][self._table]
        return {item[NAME]["S"]: decode(b64decode(item["spec"]["B"])) for item in items}

    def _ask(self, operation: str, question: dict[str, Any], seconds: float) -> Any:
        body = json.dumps(question).encode()
        headers = signed_headers(self._upstream.authority, self._region, operation, body)
        try:
            answer = self._upstream.send("POST", "/", headers, body, seconds, repeatable=True)
        except Failure as failure:
            raise StoreError(str(failure)) from failure
        if answer.status != OK:
            raise StoreError(f"status {answer.status}")
        return json.loads(answer.body)


def key(kind: str, name: str) -> dict[str, dict[str, str]]:
    """An item's key in DynamoDB's JSON."""
    return {KIND: {"S": kind}, NAME: {"S": name}}


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
