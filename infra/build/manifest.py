"""chalice.json: what is deployed, read and held to its shape."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).resolve().parents[2]
NAME = "chalice.json"


class BuildError(Exception):
    """What was asked for cannot be built; the message says why and what mends it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Permission(_Part):
    """Actions of AWS that a function may take, on which resources."""

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)


class Stage(_Part):
    """What a stage has otherwise than the defaults: memory in MB, environment variables."""

    memory: int | None = Field(None, ge=128, le=10_240)
    environment: dict[str, str] = {}


class Entry(_Part):
    """A service: the distributions it ships, the settings it is given when deployed, what it may do."""

    libraries: tuple[str, ...]
    settings: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    memory: int | None = Field(None, ge=128, le=10_240)
    environment: dict[str, str] = {}


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
