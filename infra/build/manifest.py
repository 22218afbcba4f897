"""chalice.json: what is deployed, read and held to its shape."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra.packaging.terms import Extras, StageExtras

ROOT = Path(__file__).resolve().parents[2]
NAME = "chalice.json"


class BuildError(Exception):
    """What was asked for cannot be built; the message says why and what mends it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Permission(_Part):
    """Actions of AWS that a function may take, on which resources; `{stage}` in a resource is the stage's name."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class Stage(_Part):
    """A stage: how it is deployed, and what it has otherwise than the defaults (memory in MB, environment variables).

    `chalice`: by `chalice deploy` of each service. `template`: by CloudFormation, from what `tis package` writes.
    """

    way: Literal["chalice", "template"] = "chalice"
    memory: int | None = Field(None, ge=128, le=10_240)
    environment: dict[str, str] = {}
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    aws: StageExtras = StageExtras()


class Entry(_Part):
    """A service: the distributions it ships, what it may do, and what it is told when deployed.

    Settings and secrets are told by their names: their values lie in the stage's parameter and secret stores.
    """

    libraries: tuple[str, ...]
    settings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    memory: int | None = Field(None, ge=128, le=10_240)
    environment: dict[str, str] = {}
    aws: Extras = Extras()


class Manifest(_Part):
    """The whole file. `left_out` and `pruned` are patterns of paths as they stand at the package's root."""

    app_prefix: str
    python: str
    architecture: str = Field(pattern="^(x86_64|arm64)$")
    memory: int
    timeout: int = Field(ge=1, le=29)  # the gateway waits no longer
    stages: dict[str, Stage]
    environment: dict[str, str] = {}
    left_out: tuple[str, ...]
    pruned: dict[str, tuple[str, ...]]
    services: dict[str, Entry]

    def entry(self, service: str) -> Entry:
        """A service's entry; BuildError where there is none."""
        if service not in self.services:
            raise BuildError(f"{NAME} has no service {service!r}; it has {', '.join(sorted(self.services))}.")
        return self.services[service]

    def stage(self, name: str) -> Stage:
        """A stage; BuildError where there is none."""
        if name not in self.stages:
            raise BuildError(f"{NAME} has no stage {name!r}; it has {', '.join(self.stages)}.")
        return self.stages[name]

    def chosen(self, services: tuple[str, ...]) -> list[str]:
        """The services named, or all of them; BuildError for one that there is not."""
        for service in services:
            self.entry(service)
        return sorted(services or self.services)


def read_manifest(root: Path = ROOT) -> Manifest:
    """The manifest of a checkout; BuildError naming what in it cannot be read."""
    try:
        return Manifest.model_validate(json.loads((root / NAME).read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BuildError(f"{NAME} is not as it should be: {faults}.") from error
    except (OSError, ValueError) as error:
        raise BuildError(f"{NAME} cannot be read: {error}.") from error
