"""A service deployed by Chalice's own command, in a process of its own, as a person would run it in its folder."""

import os
import subprocess
import sys
from pathlib import Path

from infra.build.manifest import Manifest
from infra.deploy.cloud import Cloud, DeployError
from infra.deploy.record import Record, RecordStore
from infra.deploy.source import source_of
from infra.deploy.standing import API, function_facts

RUN = "import sys; from chalice.cli import main; sys.exit(main())"
COMMAND_SECONDS = 540.0  # less than a lease lasts
# Several services deployed at once ask more of API Gateway than it takes from an account: see infra/deploy/cloud.py.
PATIENCE = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "10"}
TOLD_LINES = 6  # of what Chalice says, where it fails


def is_current(cloud: Cloud, manifest: Manifest, project: Path, record: Record) -> bool:
    """Does what stands equal what would be deployed, and has nobody changed the function by other means?"""
    if not record.is_sound or record.source != source_of(project, cloud.stage):
        return False
    facts = function_facts(cloud, f"{manifest.app_prefix}-{project.name}-{cloud.stage}")
    return facts.get("CodeSha256") == record.code and has_api(cloud, api_of(record))


def has_api(cloud: Cloud, api: str | None) -> bool:
    """Does an API exist?"""
    gateway = cloud.client("apigateway")
    try:
        gateway.get_rest_api(restApiId=api or "none")
    except gateway.exceptions.NotFoundException:
        return False
    return True


def api_of(record: Record) -> str | None:
    """The id of a deployed service's API."""
    resources = (record.deployed or {}).get("resources", [])
    return next((str(one["rest_api_id"]) for one in resources if one["resource_type"] == API), None)


def run_chalice(cloud: Cloud, project: Path, command: str) -> Record:
    """Run `chalice deploy` or `chalice delete` for the cloud's stage; the record it leaves. DeployError with its words."""
    environ = {**os.environ, **PATIENCE, "AWS_REGION": cloud.region, "AWS_DEFAULT_REGION": cloud.region}
    if cloud.endpoint is not None:
        environ |= {"AWS_ENDPOINT_URL": cloud.endpoint}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        environ.pop(name, None)
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, command, "--stage", cloud.stage],
            cwd=project,
            env=environ,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DeployError(
            f"{project.name}: `chalice {command}` has not ended within {COMMAND_SECONDS:.0f} s and was stopped."
            " Deploy again: what is half done is found and finished."
        ) from error
    if done.returncode:
        words = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        raise DeployError(f"{project.name}: `chalice {command}` failed:\n" + "\n".join(words[-TOLD_LINES:]))
    record, _ = RecordStore(cloud).read(project.name)
    return record
