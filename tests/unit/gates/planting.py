"""The checkout's own ground with faults planted in it, in memory."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from infra.ground.reading import Template
from infra.ground.standing import Ground, Resource

GONE = object()  # as a value: the key is taken out


def with_changed(ground: Ground, changes: dict[str, Any]) -> Ground:
    """The ground with values at paths set, or taken out: `data.Writer.Properties.PubliclyAccessible`, `data.Conditions.New`."""
    templates = {name: deepcopy(template) for name, template in ground.templates.items()}
    for path, value in changes.items():
        name, *keys = path.split(".")
        part: Any = templates[name] if keys[0] == "Conditions" else templates[name]["Resources"]
        for key in keys[:-1]:
            part = part[int(key)] if isinstance(part, list) else part.setdefault(key, {})
        last = int(keys[-1]) if isinstance(part, list) else keys[-1]
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    return replace(ground, templates=templates)


def with_resources(ground: Ground, template: str, resources: dict[str, Resource]) -> Ground:
    """The ground with more resources in a template."""
    copied: Template = deepcopy(ground.templates[template])
    copied["Resources"] |= resources
    return replace(ground, templates={**ground.templates, template: copied})


def without_outputs(ground: Ground, template: str, *outputs: str) -> Ground:
    """The ground with outputs of a template taken out."""
    copied: Template = deepcopy(ground.templates[template])
    for output in outputs:
        del copied["Outputs"][output]
    return replace(ground, templates={**ground.templates, template: copied})
