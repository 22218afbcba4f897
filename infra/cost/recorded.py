"""A traffic profile from a recording. What its lines do not tell (sizes, work in the database, what lies there) another one does.

Calls that a compiled table led past the strangler are in no line of the facade.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal

from infra.cost.data import CostError
from infra.cost.recording import Call, Recording, Tally
from infra.cost.traffic import Facade, Load, Traffic
from infra.cost.uses import SECONDS, STRANGLER
from shared.stages import CANARY, LEGACY

Calls = Mapping[Call, Tally]


def profile_of(recording: Recording, known: Traffic, stage: str) -> Traffic:
    """The profile of what was recorded in a stage, scaled to a month by its span; what it does not tell is as known."""
    share = known.deployed.get(stage)
    if not share:
        raise CostError(f"deployed: no traffic comes to stage {stage!r} by the profile, but some was recorded there.")
    scale = SECONDS / Decimal(str(recording.span.total_seconds())) / share
    count = sum(tally.calls for tally in recording.calls.values())
    hours = recording.span.total_seconds() / 3600
    services = sorted({call.service for call in recording.calls})
    average = Decimal(sum(recording.metrics.values())) / len(recording.metrics)
    calls = known.calls.model_copy(update={"facade_metrics": average / recording.routes})
    return known.model_copy(
        update={
            "origin": "recorded",
            "taken": recording.last.date(),
            "says": f"{count:,} calls in {hours:,.1f} hours until {recording.last:%Y-%m-%d %H:%M} UTC",
            "services": {name: load_of(of_service(recording, name), scale, known.facade) for name in services},
            "calls": calls,
        }
    )


def of_service(recording: Recording, service: str) -> Calls:
    """A service's calls."""
    return {call: tally for call, tally in recording.calls.items() if call.service == service}


def load_of(calls: Calls, scale: Decimal, facade: Facade) -> Load:
    """A service's month. A call that no upstream answered is on no side."""
    legacy = {call: tally for call, tally in calls.items() if call.served_by == LEGACY}
    service = {call: tally for call, tally in calls.items() if call.served_by not in (LEGACY, STRANGLER)}
    canaries = [counted(side, lambda call: call.stage)[CANARY] for side in (legacy, service)]
    return Load(
        requests=sum(tally.calls for tally in calls.values()) * scale,
        kinds=shares(counted(calls, lambda call: call.kind)),
        stages=shares(counted(calls, lambda call: call.stage)),
        legacy_ms=means(legacy, facade.own_ms),
        service_ms=means(service, facade.own_ms + facade.hop_ms),
        canary_share=Decimal(canaries[1]) / sum(canaries) if any(canaries) else None,
    )


def counted(calls: Calls, kind: Callable[[Call], str]) -> Counter[str]:
    """How many calls there are of each kind."""
    counts: Counter[str] = Counter()
    for call, tally in calls.items():
        counts[kind(call)] += tally.calls
    return counts


def shares(counts: Counter[str]) -> dict[str, Decimal]:
    """How much of all each name is."""
    return {name: Decimal(count) / counts.total() for name, count in counts.items()}


def means(calls: Calls, around: Decimal) -> dict[str, Decimal]:
    """How long each kind of call took on average, less what was around it."""
    counts = counted(calls, lambda call: call.kind)
    times: dict[str, Decimal] = defaultdict(Decimal)
    for call, tally in calls.items():
        times[call.kind] += tally.milliseconds
    return {kind: max(Decimal(0), taken / counts[kind] - around) for kind, taken in times.items()}
