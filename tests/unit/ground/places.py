"""The ground as it would stand in each place that has a file of parameters."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.ground.reading import FOLDER, read_templates
from infra.ground.resolving import Resolver

ROOT = FOLDER.parents[1]
TEMPLATES = read_templates()


class Place(NamedTuple):
    """A stage in a region, its parameters, and what works a template's values out there."""

    stage: str
    region: str
    parameters: Mapping[str, str]
    resolver: Resolver

    def __str__(self) -> str:
        return f"{self.stage}.{self.region}"

    def resources(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """`template.LogicalId` and properties of what stands here of a type."""
        for name, template in TEMPLATES.items():
            for logical, resource in template["Resources"].items():
                if resource["Type"] == kind and self.resolver.holds(name, resource.get("Condition")):
                    yield f"{name}.{logical}", self.resolver.value(name, resource["Properties"])


def place_of(path: Path) -> Place:
    stage, region = path.stem.split(".")
    parameters = json.loads(path.read_text(encoding="utf-8"))
    return Place(stage, region, parameters, Resolver(TEMPLATES, stage, region, parameters))


PLACES = [place_of(path) for path in sorted((FOLDER / "parameters").glob("*.json"))]
