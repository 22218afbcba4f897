"""What a bill is made for: a stage with its regions, their resources, the functions, and where routes stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from infra.build.manifest import Manifest, read_manifest
from infra.cost.data import CostError
from infra.cost.prices import REGIONS
from infra.ground.reading import read_templates
from infra.ground.standing import Place, place_of, read_json, stand
from infra.routing import moves, read_files
from shared.route_items import ISSUERS, Spec
from shared.stages import CANARY

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = "infra/templates"

Resources = Mapping[str, Mapping[str, Any]]
"""What stands in a region, as plain data, by `template.LogicalId`."""


class UnknownPlace(CostError):
    """A stage or region that there is none of; the message names those that there are."""


class Ready(NamedTuple):
    """How a function's environments are made ready: so many kept warm, or all started from a snapshot."""

    warm: int = 0
    snapshot: bool = False


class Routed(NamedTuple):
    """A service's routes: how many there are, the share of them in each stage, and how much of callers the canaries answer."""

    routes: int
    shares: Mapping[str, Decimal]
    canary_share: Decimal | None


@dataclass(frozen=True)
class Ground:
    """A stage: the resources of each region, the first region first; the memory of functions in MB; the routes.

    `compiled`: the gateway itself leads settled routes; else the strangler does. `removed`: there is no strangler.
    """

    stage: str
    resources: Mapping[str, Resources]
    memory: Mapping[str, int]
    default_memory: int
    architecture: str
    routed: Mapping[str, Routed]
    ready: Mapping[str, Ready]
    compiled: bool = True
    removed: bool = False

    @property
    def first(self) -> str:
        """The region that calls come to."""
        return next(iter(self.resources))

    def memory_of(self, service: str) -> int:
        """A function's memory in MB; a service that is not built yet has the stage's."""
        return self.memory.get(service, self.default_memory)


def read_ground(stage: str, root: Path = ROOT, *, compiled: bool = True) -> Ground:
    """What templates, parameters, manifest and route files say of a stage; UnknownPlace where it stands nowhere."""
    manifest = read_manifest(root)
    templates, folder = read_templates(root / TEMPLATES), root / TEMPLATES / "parameters"
    places = {place_of(path): path for path in sorted(folder.glob("*.json"))}
    regions = [region for region in REGIONS if Place(stage, region) in places]
    if not regions:
        stages = sorted({place.stage for place in places})
        raise UnknownPlace(
            f"No parameters of a stage {stage!r} are in {TEMPLATES}/parameters; there are {', '.join(stages) or 'none'}."
        )
    found = {
        region: stand(templates, Place(stage, region), read_json(places[Place(stage, region)])).resources
        for region in regions
    }
    return Ground(
        stage=stage,
        resources=found,
        memory={name: memory_of(manifest, stage, name) for name in manifest.services},
        default_memory=memory_of(manifest, stage),
        architecture=manifest.architecture,
        routed={name: routed(spec) for name, spec in read_files(root / "infra/routes").items() if name != ISSUERS},
        ready=readiness(manifest, stage),
        compiled=compiled,
    )


def memory_of(manifest: Manifest, stage: str, service: str | None = None) -> int:
    """The memory of a function in MB: its stage's word goes before its service's, as in what Chalice is told."""
    own = manifest.stages.get(stage)
    entry = manifest.services.get(service or "")
    return (own and own.memory) or (entry and entry.memory) or manifest.memory


def readiness(manifest: Manifest, stage: str) -> dict[str, Ready]:
    """How a stage's environments are made ready before calls come, of each service."""
    told = {name: entry.aws.environments.get(stage) for name, entry in manifest.services.items()}
    return {name: Ready(one.provisioned or 0, one.snap_start) for name, one in told.items() if one is not None}


def routed(spec: Spec) -> Routed:
    """Where a service's routes stand."""
    terms = [moves.terms_of(one) for one in spec["routes"].values()]
    stages = [one["stage"] for one in terms]
    shares = {stage: Decimal(stages.count(stage)) / len(stages) for stage in dict.fromkeys(stages)}
    canaries = [Decimal(one.get("permyriad", 0)) / 10_000 for one in terms if one["stage"] == CANARY]
    return Routed(len(stages), shares, sum(canaries, Decimal(0)) / len(canaries) if canaries else None)
