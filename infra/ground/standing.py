"""What the gates read: templates, the parameters of each place, the policies of services, and the partners."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from infra.ground.reading import Template, TemplateError, read_templates
from infra.ground.resolving import Resolver

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = "infra/templates"
PARAMETERS = f"{TEMPLATES}/parameters"
PARTNERS = "infra/partners.toml"
POLICIES = "services/*/.chalice/policy*.json"
REGIONS = ("eu-west-2", "eu-west-1")  # the first, and the one that stands in for it

WRITTEN_STAGE = re.compile(r'"Fn::ImportValue": "tis-([a-z0-9]+)-')

Resource = dict[str, Any]


class Place(NamedTuple):
    """A stage in a region, as its file of parameters is named."""

    stage: str
    region: str

    def __str__(self) -> str:
        return f"{self.stage}.{self.region}"


@dataclass(frozen=True)
class Standing:
    """What would stand in one place: resources that are made there, as plain data, by `template.LogicalId`."""

    place: Place
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Mapping[str, Any]]  # of each template
    exports: Mapping[str, Any]

    def of_type(self, *types: str) -> dict[str, Resource]:
        """The resources of some types."""
        return {name: one for name, one in self.resources.items() if one["Type"] in types}


@dataclass(frozen=True)
class Ground:
    """All files as data. `names` says which file a template was read from, where that is another than its name says."""

    templates: Mapping[str, Template]
    parameters: Mapping[Place, Mapping[str, Any]]
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    partners: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def file(self, template: str) -> str:
        """The file of a template, or of `template.LogicalId`."""
        name = template.partition(".")[0]
        return self.names.get(name, f"{TEMPLATES}/{name}.yaml")

    @cached_property
    def standings(self) -> dict[Place, Standing]:
        """What would stand in each place that has a file of parameters."""
        return {
            place: stand({name: one for name, one in self.templates.items() if is_for(one, place.stage)}, place, values)
            for place, values in self.parameters.items()
        }


def read_ground(root: Path = ROOT) -> Ground:
    """Everything that a checkout holds; TemplateError for what cannot be read."""
    return Ground(
        templates=read_templates(root / TEMPLATES),
        parameters={place_of(path): read_json(path) for path in sorted((root / PARAMETERS).glob("*.json"))},
        policies={str(path.relative_to(root)): read_json(path) for path in sorted(root.glob(POLICIES))},
        partners=read_partners(root / PARTNERS),
    )


def place_of(path: Path) -> Place:
    """The place that a file of parameters is for."""
    stage, _, region = path.stem.partition(".")
    return Place(stage, region)


def read_json(path: Path) -> Any:
    """A JSON file; TemplateError naming the place where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TemplateError(f"{path.name} is not JSON: {error}.") from error


def read_partners(path: Path) -> dict[str, Any]:
    """The partners' file; TemplateError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(f"{path.name} cannot be read: {error}.") from error


def is_for(template: Template, stage: str) -> bool:
    """Is a template for a stage? One of the ground is for all; what `tis package` writes imports the exports of its own."""
    stages = WRITTEN_STAGE.findall(json.dumps(template))
    return not stages or stage in stages


def stand(templates: Mapping[str, Template], place: Place, values: Mapping[str, Any]) -> Standing:
    """What the templates would make in a place with these parameters."""
    resolver = Resolver(templates, place.stage, place.region, values)
    resources = {
        f"{name}.{logical}": {**resource, "Properties": resolver.value(name, resource.get("Properties", {}))}
        for name, template in templates.items()
        for logical, resource in template["Resources"].items()
        if resolver.holds(name, resource.get("Condition"))
    }
    outputs = {
        name: {
            key: resolver.value(name, output["Value"])
            for key, output in template.get("Outputs", {}).items()
            if resolver.holds(name, output.get("Condition"))
        }
        for name, template in templates.items()
    }
    exports = {export: resolver.value(name, value) for export, (name, value) in resolver.exports.items()}
    return Standing(place, resources, outputs, exports)
