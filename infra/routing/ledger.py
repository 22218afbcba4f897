"""The route table as DynamoDB keeps it: read whole, changed under a version, every change in the history."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.routing.files import RoutesError
from shared.route_items import CURRENT, HISTORY, KIND, NAME, ROUTES, VERSION, Spec, decode, encode

PATIENCE = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class Move:
    """A route's terms before and after a change; None where it was, or is, not in the table."""

    service: str
    route: str
    before: Any
    after: Any


@dataclass(frozen=True)
class State:
    """The whole table. `filed` are the specs as the route files last told them, `versions` those of each service."""

    version: int = 0
    all_legacy: bool = False
    specs: Mapping[str, Spec] = field(default_factory=dict)
    filed: Mapping[str, Spec] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One change in the history."""

    version: int
    at: str
    by: str
    what: str  # publish, set, all-legacy, rollback
    reason: str
    moves: tuple[Move, ...] = ()
    all_legacy: bool | None = None  # as it became, where that changed
    undoes: int | None = None  # the version of the change that this one undid


class Ledger:
    """The DynamoDB table of a stack or an account. Raises RoutesError when it cannot be had."""

    def __init__(self, table: str, region: str, endpoint: str | None = None) -> None:
        self.table = table
        self._client = boto3.client("dynamodb", region_name=region, endpoint_url=endpoint, config=PATIENCE)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Ledger":
        """The table that TIS_ROUTES_TABLE, AWS_REGION and AWS_ENDPOINT_URL_DYNAMODB name."""
        missing = [name for name in ("TIS_ROUTES_TABLE", "AWS_REGION") if not environ.get(name)]
        if missing:
            raise RoutesError(f"{' and '.join(missing)} must be set to find the route table.")
        return cls(environ["TIS_ROUTES_TABLE"], environ["AWS_REGION"], environ.get("AWS_ENDPOINT_URL_DYNAMODB"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def create(self) -> None:
        """Make the table, where there is none."""
        keys = [{"AttributeName": KIND, "KeyType": "HASH"}, {"AttributeName": NAME, "KeyType": "RANGE"}]
        types = [{"AttributeName": name, "AttributeType": "S"} for name in (KIND, NAME)]
        try:
            self._client.create_table(
                TableName=self.table, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST"
            )
            self._client.get_waiter("table_exists").wait(
                TableName=self.table, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
            )
        except self._client.exceptions.ResourceInUseException:
            return
        except (BotoCoreError, ClientError) as error:
            raise self._lost(error) from error

    def read(self) -> State:
        """The table as it stands; one that was never published is version 0."""
        found = self.items(VERSION)
        if not found:
            return State()
        version, routes = found[0], self.items(ROUTES)
        names = set(version["services"]["M"])
        items = {item[NAME]["S"]: item for item in routes if item[NAME]["S"] in names}
        return State(
            int(version["version"]["N"]),
            version["all_legacy"]["BOOL"],
            {name: decode(item["spec"]["B"]) for name, item in items.items()},
            {name: decode(item["filed"]["B"]) for name, item in items.items()},
            {name: int(number["N"]) for name, number in version["services"]["M"].items()},
        )

    def history(self) -> list[Entry]:
        """All changes, the latest first."""
        entries = [json.loads(item["entry"]["S"]) for item in self.items(HISTORY)]
        made = [Entry(**{**entry, "moves": tuple(Move(**move) for move in entry["moves"])}) for entry in entries]
        return sorted(made, key=lambda entry: entry.version, reverse=True)

    def commit(self, before: State, after: State, entry: Entry) -> State:
        """Write a change, all or nothing; RoutesError where the table is no longer as it was read."""
        version = before.version + 1
        changed = [name for name in after.specs if differs(name, before, after)]
        versions = {name: version if name in changed else before.versions[name] for name in after.specs}
        head = {
            "all_legacy": {"BOOL": after.all_legacy},
            "services": {"M": {name: number(one) for name, one in versions.items()}},
        }
        story = {"entry": {"S": json.dumps(entry, default=vars)}}
        puts = [
            *(self._put(ROUTES, name, version, spec_item(after, name)) for name in changed),
            self._put(VERSION, CURRENT, version, head) | still_at(before.version),
            self._put(HISTORY, f"{version:012d}", version, story) | still_at(0),
        ]
        try:
            self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
        except self._client.exceptions.TransactionCanceledException as error:
            raise RoutesError(
                "Somebody else has changed the route table just now. Look at it, and try again."
            ) from error
        except (BotoCoreError, ClientError) as error:
            raise self._lost(error) from error
        return State(version, after.all_legacy, after.specs, after.filed, versions)

    def _put(self, kind: str, name: str, version: int, attributes: Mapping[str, Any]) -> dict[str, Any]:
        key = {KIND: {"S": kind}, NAME: {"S": name}}
        return {"TableName": self.table, "Item": {**key, "version": number(version), **attributes}}

    def items(self, kind: str) -> Sequence[Any]:
        """All items of a kind, in DynamoDB's JSON."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.table,
            ConsistentRead=True,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": KIND},
            ExpressionAttributeValues={":value": {"S": kind}},
        )
        try:
            return [item for page in pages for item in page["Items"]]
        except (BotoCoreError, ClientError) as error:
            raise self._lost(error) from error

    def note(self, kind: str, name: str, version: int, attributes: Mapping[str, Any]) -> None:
        """Write one item beside the table, over what was there."""
        try:
            self._client.put_item(**self._put(kind, name, version, attributes))
        except (BotoCoreError, ClientError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> RoutesError:
        return RoutesError(f"The route table {self.table} cannot be had: {error}")


def differs(name: str, before: State, after: State) -> bool:
    """Do a service's routes differ, as they are or as its file tells them?"""
    return (after.specs[name], after.filed.get(name)) != (before.specs.get(name), before.filed.get(name))


def still_at(version: int) -> dict[str, Any]:
    """The condition that an item is still at a version; 0 is that there is none."""
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(version)"}
    return {"ConditionExpression": "version = :version", "ExpressionAttributeValues": {":version": number(version)}}


def spec_item(state: State, name: str) -> dict[str, Any]:
    """A service's routes as attributes of its item."""
    return {"spec": {"B": encode(state.specs[name])}, "filed": {"B": encode(state.filed[name])}}


def number(value: int) -> dict[str, str]:
    """A number in DynamoDB's JSON."""
    return {"N": str(value)}


def now() -> str:
    """The time, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
