"""A month's traffic: how many calls of which kind each service has, how large and how long they are, and what flows besides."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.cost.data import FOLDER, Amount, CostError, Figures, Share, read_figures
from shared.stages import STAGES

FILE = FOLDER / "traffic.toml"
ROUNDING = Decimal("0.001")  # by which shares may miss one


def shares_of_one(shares: dict[str, Decimal]) -> dict[str, Decimal]:
    """Shares that are a whole together."""
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > ROUNDING:
        raise ValueError(f"the shares of {', '.join(shares) or 'nothing'} are {total:f} together, and must be 1")
    return shares


Shares = Annotated[dict[str, Share], Field(min_length=1), AfterValidator(shares_of_one)]


class Kind(Figures):
    """A kind of call: its sizes in kilobytes, each side's work in milliseconds, the database's in reads and writes of storage."""

    request_kb: Amount
    answer_kb: Amount
    service_ms: Amount
    legacy_ms: Amount
    storage_reads: Amount
    storage_writes: Amount


class Load(Figures):
    """A service's calls a month: of which kinds, and, where it is told, in which stages of their routes.

    `service_ms` and `legacy_ms` tell of some kinds how long they take here, `canary_share` whom canaries answer.
    """

    requests: Amount
    kinds: Shares
    stages: Shares | None = None
    service_ms: Mapping[str, Amount] = {}
    legacy_ms: Mapping[str, Amount] = {}
    canary_share: Share | None = None
    messages: Amount = Decimal(0)
    message_ms: Amount = Decimal(20)


class Facade(Figures):
    """What the strangler does to a call besides waiting."""

    own_ms: Amount
    hop_ms: Amount
    canary_share: Share
    shadow_share: Share
    pair_kb: Amount
    compare_ms: Amount


class Calls(Figures):
    """What a call costs besides its work."""

    access_log_kb: Amount
    function_log_kb: Amount
    cold_share: Share
    cold_ms: Amount
    principal_share: Share
    principal_kb: Amount
    principal_ms: Amount
    database_kb: Amount
    cross_zone_share: Share
    kms_share: Share
    peak: Annotated[Decimal, Field(ge=1)]
    trace_share: Share
    facade_metrics: Amount
    service_metrics: Amount


class Usage(Figures):
    """What lies there in a month and flows by itself, whatever the calls."""

    database_gb: Amount
    backup_gb: Amount
    database_acus: Amount
    database_writes: Amount
    broker_gb: Amount
    queue_requests: Amount
    bucket_gb: Amount
    bucket_puts: Amount
    table_gb: Amount
    table_writes: Amount
    flow_log_gb: Amount
    other_log_gb: Amount
    log_months: Amount
    partner_gb: Amount
    endpoint_gb: Amount
    replicated_gb: Amount
    dns_queries: Amount
    vault_gb: Amount
    secret_requests: Amount
    function_metrics: Amount


class Traffic(Figures):
    """A profile: assumed, given by somebody, or recorded. `deployed` is the share of it that comes to each deployed stage."""

    origin: Literal["assumed", "given", "recorded"]
    taken: date
    says: str
    deployed: Mapping[str, Share]
    kinds: Mapping[str, Kind]
    services: Annotated[Mapping[str, Load], Field(min_length=1)]
    facade: Facade
    calls: Calls
    usage: Usage


def read_traffic(path: Path, services: Iterable[str]) -> Traffic:
    """A profile of calls to these services; CostError naming what in it cannot be."""
    traffic = read_figures(path, Traffic)
    faults = list(faults_of(traffic, list(services)))
    if faults:
        raise CostError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return traffic


def faults_of(traffic: Traffic, services: list[str]) -> Iterable[str]:
    """What is wrong with a profile's names, a sentence each."""
    for service, load in traffic.services.items():
        if service not in services:
            yield f"services.{service}: infra/routes has no such service; it has {', '.join(sorted(services))}."
        for part, names, known in (
            ("kinds", load.kinds, traffic.kinds),
            ("service_ms", load.service_ms, traffic.kinds),
            ("legacy_ms", load.legacy_ms, traffic.kinds),
            ("stages", load.stages or {}, STAGES),
        ):
            for name in names:
                if name not in known:
                    yield f"services.{service}.{part}: there is no {name!r}; there are {', '.join(known)}."
