"""What Chalice reads of a service's folder, rendered from chalice.json: committed, and checked for drift."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.build.libraries import read_pins
from infra.build.manifest import Entry, Manifest, Stage

LOG_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
REQUIREMENTS = """\
# Generated from chalice.json and requirements.lock by `python -m infra.build`, and checked for drift.
# Chalice has nothing to fetch: the build puts these libraries into vendor/, pruned and with their byte code.
"""


def rendered(root: Path, manifest: Manifest, service: str) -> Iterator[tuple[Path, str]]:
    """The generated files of a service's project and what they should hold."""
    project, entry = root / "services" / service, manifest.entry(service)
    yield project / ".chalice" / "config.json", as_json(config(manifest, service))
    yield project / ".chalice" / "policy.json", as_json(policy(entry))
    pins = read_pins(root)
    lines = (f"# {pins[name].name}=={pins[name].version}\n" for name in sorted(entry.libraries))
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
        "lambda_architecture": manifest.architecture,
        "lambda_timeout": manifest.timeout,
        "lambda_memory_size": entry.memory or manifest.memory,
        "autogen_policy": False,
        "iam_policy_file": "policy.json",
        "environment_variables": {
            "POWERTOOLS_SERVICE_NAME": app_name,
            **manifest.environment,
            **entry.environment,
        },
        "stages": {name: stage_config(name, stage) for name, stage in manifest.stages.items()},
    }


def stage_config(name: str, stage: Stage) -> dict[str, Any]:
    """A stage's part of config.json: only what differs from the defaults."""
    own: dict[str, Any] = {"api_gateway_stage": name}
    if stage.memory is not None:
        own["lambda_memory_size"] = stage.memory
    if stage.environment:
        own["environment_variables"] = stage.environment
    return own


def policy(entry: Entry) -> dict[str, Any]:
    """The function's policy: its log, and what the service's entry permits."""
    statements = [
        {"Effect": "Allow", "Action": list(LOG_ACTIONS), "Resource": ["arn:aws:logs:*:*:*"]},
        *(
            {"Effect": "Allow", "Action": list(permission.actions), "Resource": list(permission.resources)}
            for permission in entry.permissions
        ),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def as_json(value: Any) -> str:
    """A generated file's text."""
    return json.dumps(value, indent=2) + "\n"
