"""Schedules of EventBridge, its rules' and its Scheduler's: at their times their functions are invoked, asynchronously."""

import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends

from infra.local.aws.sources.schedule_times import BadSchedule, Due, due_of
from infra.local.aws.standing import REGIONS

LAMBDA = ":lambda:"


@dataclass(frozen=True)
class Schedule:
    """One that stands: what it is called, when it is due, what it invokes with which event (None: one about itself)."""

    arn: str
    expression: str
    zone: str
    source: str
    region: str
    targets: tuple[tuple[str, str | None], ...]


class Schedules:
    """All schedules, each with the time up to which it has been looked at."""

    def __init__(self, invoke: Callable[[str, bytes], None]) -> None:
        self._invoke = invoke
        self._seen: dict[tuple[str, str], tuple[Due, datetime]] = {}

    def tick(self, now: datetime) -> None:
        """Invoke what has become due."""
        standing = {(one.arn, one.expression): one for one in standing_schedules()}
        self._seen = {key: kept for key, kept in self._seen.items() if key in standing}
        for key, schedule in standing.items():
            here = now.astimezone(ZoneInfo(schedule.zone))
            due, seen = self._seen.get(key) or (made(schedule, here), here)
            self._seen[key] = (due, here)
            if due(seen, here):
                for target, text in schedule.targets:
                    event = text.encode() if text is not None else orjson.dumps(scheduled_event(schedule, now))
                    self._invoke(target, event)


def made(schedule: Schedule, here: datetime) -> Due:
    """When a schedule is due that has just been seen for the first time; never, where its expression is none."""
    try:
        return due_of(schedule.expression, here)
    except BadSchedule as error:
        print(f"{schedule.arn}: {error}", file=sys.stderr)
        return lambda _after, _until: False


def standing_schedules() -> Iterator[Schedule]:
    """The enabled schedules that invoke functions."""
    for region in REGIONS:
        for bus in list(events_backends[DEFAULT_ACCOUNT_ID][region].event_buses.values()):
            for rule in list(bus.rules.values()):
                if rule.scheduled_expression and rule.state == "ENABLED":
                    targets = tuple((one["Arn"], one.get("Input")) for one in rule.targets if LAMBDA in one["Arn"])
                    yield Schedule(rule.arn, rule.scheduled_expression, "UTC", "aws.events", region, targets)
        for group in list(scheduler_backends[DEFAULT_ACCOUNT_ID][region].schedule_groups.values()):
            for one in list(group.schedules.values()):
                if one.state == "ENABLED" and LAMBDA in one.target["Arn"]:
                    targets = ((one.target["Arn"], one.target.get("Input")),)
                    zone = one.schedule_expression_timezone
                    yield Schedule(one.arn, one.schedule_expression, zone, "aws.scheduler", region, targets)


def scheduled_event(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """What a function is told where its target says nothing else."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": schedule.source,
        "account": DEFAULT_ACCOUNT_ID,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": schedule.region,
        "resources": [schedule.arn],
        "detail": {},
    }
