"""What Chalice reads of a service's folder, rendered from chalice.json: committed, and checked for drift."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.build.libraries import pinned
from infra.build.manifest import Entry, Manifest
from infra.build.policy import policy

PARAMETERS = "TIS_PARAMETERS"  # tells a function where its settings lie (shared/parameters.py)
REQUIREMENTS = """\
# Generated from chalice.json and requirements.lock by `python -m infra.build`, and checked for drift.
# Chalice has nothing to fetch: the build puts these libraries into vendor/, pruned and with their byte code.
"""


def rendered(root: Path, manifest: Manifest, service: str) -> Iterator[tuple[Path, str]]:
    """The generated files of a service's project and what they should hold."""
    project, entry = root / "services" / service, manifest.entry(service)
    yield project / ".chalice" / "config.json", as_json(config(manifest, service))
    for stage in manifest.stages:
        yield project / ".chalice" / f"policy-{stage}.json", as_json(policy(manifest, service, stage))
    lines = (f"# {pin}\n" for pin in pinned(root, entry.libraries))
    yield project / "requirements.txt", REQUIREMENTS + "".join(lines)


def drifted(root: Path, manifest: Manifest, services: list[str]) -> list[str]:
    """The generated files that are not what chalice.json makes of them, relative to the root."""
    return [
        str(path.relative_to(root))
        for service in services
        for path, text in rendered(root, manifest, service)
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def write_projects(root: Path, manifest: Manifest, services: list[str]) -> list[str]:
    """Write the generated files that have drifted; gives their names."""
    changed = drifted(root, manifest, services)
    for service in services:
        for path, text in rendered(root, manifest, service):
            if str(path.relative_to(root)) in changed:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return changed


def config(manifest: Manifest, service: str) -> dict[str, Any]:
    """Chalice's config.json of a service."""
    entry = manifest.entry(service)
    app_name = f"{manifest.app_prefix}-{service}"
    return {
        "version": "2.0",
        "app_name": app_name,
        "api_gateway_endpoint_type": "REGIONAL",  # the domain is each region's own; Chalice's choice is EDGE
        "lambda_architecture": manifest.architecture,
        "lambda_timeout": manifest.timeout,
        "lambda_memory_size": entry.memory or manifest.memory,
        "autogen_policy": False,
        "environment_variables": {
            "POWERTOOLS_SERVICE_NAME": app_name,
            **manifest.environment,
            **entry.environment,
        },
        "stages": {name: stage_config(manifest, service, name) for name in manifest.stages},
    }


def stage_config(manifest: Manifest, service: str, name: str) -> dict[str, Any]:
    """A stage's part of config.json: what differs from the defaults. Its policy Chalice finds in policy-<stage>.json."""
    stage, entry = manifest.stages[name], manifest.entry(service)
    places = ",".join(parameters(entry, f"{manifest.app_prefix}/{name}/{service}"))
    own: dict[str, Any] = {
        "api_gateway_stage": name,
        "environment_variables": {PARAMETERS: places, **stage.environment},
    }
    if stage.memory is not None:
        own["lambda_memory_size"] = stage.memory
    if stage.subnets:
        own |= {"subnet_ids": list(stage.subnets), "security_group_ids": list(stage.security_groups)}
    return own


def parameters(entry: Entry, place: str) -> Iterator[str]:
    """The names in the Parameter Store of a function's settings, and of its secrets, which it reads through it."""
    yield from (f"/{place}/{name}" for name in entry.settings)
    yield from (f"/aws/reference/secretsmanager/{place}/{name}" for name in entry.secrets)


def as_json(value: Any) -> str:
    """A generated file's text."""
    return json.dumps(value, indent=2) + "\n"
