"""A deploy that is killed at any of its steps leaves nothing that the next one does not finish."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from infra.deploy.deploying import deploy_services
from tests.unit.deploy.conftest import FakeAws, Opened

REACHED_SECONDS = 60
BUCKET = "/tis-deploys-local-123456789012-eu-west-2"
STEPS = [
    f"PUT {BUCKET}/state/upload.json",  # it has just become the one who deploys
    "POST /2015-03-31/functions",
    "POST /restapis",
    "POST /2015-03-31/functions/tis-upload-local/policy",
    "POST /restapis/{id}/deployments",
]
DEPLOY = """
import sys
from pathlib import Path
from infra.build.manifest import read_manifest
from infra.deploy.cloud import open_cloud
from infra.deploy.deploying import Stage, deploy_services
root = Path(sys.argv[1])
stage = Stage(root, read_manifest(root), open_cloud("local", endpoint=sys.argv[2]), lambda *_: None)
deploy_services(stage, ["upload"])
"""


def kill_whole(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and those that it has started."""
    for one in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
        one.kill()
    process.wait()


@pytest.mark.parametrize("step", STEPS)
def test_the_next_deploy_finishes_what_was_killed(checkout: Path, opened: Opened, aws: FakeAws, step: str) -> None:
    aws.held_at = step
    process = subprocess.Popen([sys.executable, "-c", DEPLOY, str(checkout), aws.address])
    try:
        assert aws.held.wait(REACHED_SECONDS), f"{step} was never asked for: {aws.asked}"
    finally:
        kill_whole(process)
    outcomes, faults = deploy_services(opened(checkout), ["upload"])
    assert faults == {}
    assert aws.apis() == [outcomes["upload"].api]
    assert [one["FunctionName"] for one in aws.client("lambda").list_functions()["Functions"]] == ["tis-upload-local"]
    again, _ = deploy_services(opened(checkout), ["upload"])
    assert not again["upload"].changed


def test_another_machine_finishes_what_was_killed(checkout: Path, opened: Opened, aws: FakeAws, tmp_path: Path) -> None:
    aws.held_at = "POST /restapis"
    process = subprocess.Popen([sys.executable, "-c", DEPLOY, str(checkout), aws.address])
    assert aws.held.wait(REACHED_SECONDS)
    kill_whole(process)
    api = aws.apis()
    checkout.rename(tmp_path / "other")  # a folder without notes would do as well
    for note in (tmp_path / "other").glob("services/*/.chalice/deployed/*"):
        note.unlink()
    outcomes, faults = deploy_services(opened(tmp_path / "other"), ["upload"])
    assert faults == {}
    assert [outcomes["upload"].api] == api == aws.apis()


def test_a_service_that_is_being_deployed_is_left_alone(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    aws.held_at = "POST /2015-03-31/functions"
    process = subprocess.Popen([sys.executable, "-c", DEPLOY, str(checkout), aws.address])
    try:
        assert aws.held.wait(REACHED_SECONDS)
        _, faults = deploy_services(opened(checkout), ["upload"])
        assert "upload is being deployed by process" in faults["upload"]
        assert os.uname().nodename in faults["upload"]
    finally:
        kill_whole(process)
