"""A recording: the facade's request lines (shared/observability.py), as CloudWatch or the local stack kept them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from infra.cost.data import CostError
from infra.routing import moves
from services.strangler.table import UNLISTED
from shared.route_items import ISSUERS, Spec
from shared.stages import LEGACY, STAGES

STAMP = "%Y-%m-%d %H:%M:%S,%f%z"
LONGEST = 900_000  # milliseconds: no function runs longer
LEAST_SECONDS = 60
HOUR = len("2026-11-24 20")
TOLD = ("timestamp", "route", "stage", "served_by", "status", "milliseconds")


class Call(NamedTuple):
    """What a request line tells of a call besides when and how long it was."""

    service: str
    kind: str
    stage: str
    served_by: str


class Tally(NamedTuple):
    """How many calls were alike, and how many milliseconds they took together."""

    calls: int
    milliseconds: Decimal


class Recording(NamedTuple):
    """The calls of a recording, when, how many more were on unlisted paths, the facade's metrics of each hour, the routes of all.

    However long a recording is, this is small: calls are counted, not kept.
    """

    calls: Mapping[Call, Tally]
    first: datetime
    last: datetime
    unlisted: int
    metrics: Mapping[str, int]
    routes: int

    @property
    def span(self) -> timedelta:
        """From the first line to the last."""
        return self.last - self.first


class Counting:
    """Counts request lines as they are read."""

    def __init__(self, specs: Mapping[str, Spec], name: str) -> None:
        self._specs, self._name = specs, name
        self._services = {
            route: service for service, spec in specs.items() if service != ISSUERS for route in spec["routes"]
        }
        self._calls: dict[Call, Tally] = {}
        self._metrics: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        self._first, self._last, self._unlisted = "", "", 0

    def add(self, number: int, line: Mapping[str, Any]) -> None:
        """Count a line; CostError where it cannot be."""
        route, stage, stamp = line["route"], line["stage"], str(line["timestamp"])
        if route == UNLISTED:
            self._unlisted += 1
            return
        fault = fault_of(line, self._services)
        if fault:
            raise CostError(f"{self._name}, line {number}: {fault}.")
        service = self._services[route]
        call = Call(service, kind_of(route, self._specs[service]), stage, str(line["served_by"]))
        before = self._calls.get(call, Tally(0, Decimal(0)))
        took = before.milliseconds + Decimal(str(line["milliseconds"]))
        self._calls[call] = Tally(before.calls + 1, took)
        self._metrics[stamp[:HOUR]].add((route, stage, call.served_by, str(line["status"])))
        self._first = min(self._first or stamp, stamp)
        self._last = max(self._last, stamp)

    def recording(self) -> Recording:
        """What was counted; CostError where that is nothing, or too short."""
        if not self._calls:
            raise CostError(
                f"{self._name} holds no request line of the facade: nothing was recorded, or in another form."
            )
        first, last = instant(self._first, self._name), instant(self._last, self._name)
        seconds = (last - first).total_seconds()
        if seconds < LEAST_SECONDS:
            raise CostError(
                f"{self._name} spans {seconds:g} seconds: too short to say anything of a month. A week is worth a guess."
            )
        routes = sum(len(self._specs[service]["routes"]) for service in {call.service for call in self._calls})
        metrics = {hour: len(those) for hour, those in self._metrics.items()}
        return Recording(self._calls, first, last, self._unlisted, metrics, routes)


def read_recording(path: Path, specs: Mapping[str, Spec]) -> Recording:
    """The request lines of a file of log lines; CostError where it holds none, or one that cannot be."""
    counting = Counting(specs, path.name)
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in objects(lines, path.name):
                counting.add(number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise CostError(f"{path} cannot be read: {error}.") from error
    return counting.recording()


def fault_of(line: Mapping[str, Any], services: Mapping[str, str]) -> str:
    """What is wrong with a request line; empty where nothing is."""
    route, stage, milliseconds = line["route"], line["stage"], line["milliseconds"]
    if route not in services:
        return f"infra/routes lists no route {route!r}"
    if stage not in STAGES:
        return f"there is no stage {stage!r}; there are {', '.join(STAGES)}"
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not 0 <= milliseconds < LONGEST:
        return f"a call cannot take {milliseconds!r} milliseconds"
    return ""


def objects(lines: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The facade's request lines with their numbers; what is no JSON, and what is of others, is passed over."""
    for number, line in enumerate(lines, 1):
        if '"served_by"' not in line or '"milliseconds"' not in line:
            continue
        try:
            told = json.loads(line[line.index("{") :])
        except ValueError as error:
            raise CostError(f"{name}, line {number} is not JSON: {error}.") from error
        if missing := [key for key in TOLD if key not in told]:
            raise CostError(f"{name}, line {number} does not tell {', '.join(missing)}.")
        yield number, told


def kind_of(route: str, spec: Spec) -> str:
    """A call's kind by its route: a write, or, where it only reads, one row or a list."""
    reads = moves.terms_of(spec["routes"].get(route, LEGACY)).get("safe", route.startswith("GET "))
    if not reads:
        return "write"
    return "read" if "{" in route else "list"


def instant(stamp: str, name: str) -> datetime:
    """A line's time; CostError for one that is none."""
    try:
        return datetime.strptime(stamp, STAMP).astimezone(UTC)
    except ValueError as error:
        raise CostError(f"{name}: {stamp!r} is no time as the facade writes it.") from error
