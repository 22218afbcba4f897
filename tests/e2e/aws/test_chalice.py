"""A small Chalice app, deployed by Chalice's own command to a local AWS: made, changed, deleted."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.build.manifest import read_manifest
from infra.build.package import fill_vendor
from tests.e2e.conftest import ROOT, Stack, close, free_port, make_project, skip_unless_deployable, start_stack, tis

pytestmark = pytest.mark.stack

CHALICE_SECONDS = 120
APP = """
    import os
    from chalice import AuthResponse, Chalice, Rate
    app = Chalice(app_name="tiny")

    @app.authorizer()
    def keeper(request):
        return AuthResponse(routes=["/kept"] if request.token == "friend" else [], principal_id="jo")

    @app.route("/greeting/{name}", cors=True)
    def greeting(name):
        return {"greeting": "WORD " + name}

    @app.route("/kept", authorizer=keeper)
    def kept():
        return {"by": app.current_request.context["authorizer"]["principalId"]}

    @app.on_sqs_message(queue="letters", batch_size=1)
    def letters(event):
        for record in event:
            print("letter:", record.body)

    @app.schedule(Rate(1, unit=Rate.HOURS))
    def hourly(event):
        print("an hour")
"""
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*"], "Resource": ["*"]}]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A local AWS with nothing deployed."""
    skip_unless_deployable()
    running = start_stack(deployable(tmp_path_factory.mktemp("project")), "--rows", "20", command="aws")
    yield running
    close(running)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's folder."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / ".chalice").mkdir()
    config = {"version": "2.0", "app_name": "tiny", "autogen_policy": False, "iam_policy_file": "policy.json"}
    config["stages"] = {"local": {"api_gateway_stage": "local"}}
    (folder / ".chalice" / "config.json").write_text(json.dumps(config))
    (folder / ".chalice" / "policy.json").write_text(json.dumps(POLICY))
    (folder / "requirements.txt").touch()
    write(folder, "Hello")
    return folder


def deployable(folder: Path) -> Path:
    """A project of its own that can be built; libraries are fetched once for all."""
    project, libraries = make_project(folder), ROOT / "build" / "libraries"
    for name in ("chalice.json", "requirements.lock"):
        (project / name).symlink_to(ROOT / name)
    libraries.mkdir(parents=True, exist_ok=True)
    (project / "build").mkdir()
    (project / "build" / "libraries").symlink_to(libraries)
    return project


def write(app: Path, word: str) -> None:
    (app / "app.py").write_text(textwrap.dedent(APP).replace("WORD", word))


def chalice(stack: Stack, app: Path, command: str) -> str:
    told = {
        "AWS_ENDPOINT_URL": stack.state["aws"],
        "AWS_DEFAULT_REGION": stack.state["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    done = subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), command, "--stage", "local"],
        cwd=app,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=CHALICE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def base_of(app: Path) -> str:
    told = json.loads((app / ".chalice" / "deployed" / "local.json").read_text())
    api = next(one["rest_api_id"] for one in told["resources"] if one["resource_type"] == "rest_api")
    return f"/_api/{api}/local"


def answer(stack: Stack, target: str, **headers: str) -> tuple[int, Any]:
    reply = stack.ask(target, headers=headers)
    return reply.status, json.loads(reply.body)


def test_before_anything_is_deployed_callers_are_told_so(stack: Stack) -> None:
    status, body = answer(stack, "/reference/api/sites")
    assert status == 403
    assert "tis deploy --stage local" in body["message"]


def test_app_is_deployed_called_changed_and_deleted(stack: Stack, app: Path) -> None:
    sqs = stack_client(stack, "sqs")
    letters = sqs.create_queue(QueueName="letters")["QueueUrl"]
    chalice(stack, app, "deploy")
    base = base_of(app)
    assert answer(stack, f"{base}/greeting/jo") == (200, {"greeting": "Hello jo"})
    preflight = stack.ask(f"{base}/greeting/jo", "OPTIONS")
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert answer(stack, f"{base}/kept")[0] == 401
    assert answer(stack, f"{base}/kept", Authorization="friend") == (200, {"by": "jo"})
    assert answer(stack, f"{base}/kept", Authorization="stranger")[0] == 403

    sqs.send_message(QueueUrl=letters, MessageBody="dear jo")
    await_line(stack, "tiny-local-letters", "letter: dear jo")

    write(app, "Goodbye")
    chalice(stack, app, "deploy")
    assert base_of(app) == base
    assert answer(stack, f"{base}/greeting/jo") == (200, {"greeting": "Goodbye jo"})

    chalice(stack, app, "delete")
    assert answer(stack, f"{base}/greeting/jo")[0] == 403
    sqs.close()


def test_reference_is_deployed_by_chalice_itself_and_answers(stack: Stack) -> None:
    service = stack.project / "services" / "reference"
    fill_vendor(stack.project, read_manifest(stack.project), "reference")
    chalice(stack, service, "deploy")
    token = stack.token("jo", authority="reference:view")
    status, body = answer(stack, "/_fn/reference/reference/api/sites?size=1", Authorization=f"Bearer {token}")
    assert (status, len(body)) == (200, 1), body


def test_facts_of_the_stack_are_those_of_make_run_and_more(stack: Stack) -> None:
    assert stack.state["kind"] == "aws"
    assert stack.state["aws"] == stack.state["dynamodb"]
    assert stack.state["routes_table"] == "tis-routes-local"
    assert tis(stack.project, stack.port, "routes", "list", "--json").returncode == 0


def test_every_setting_that_a_service_names_is_stored(stack: Stack) -> None:
    manifest = json.loads((ROOT / "chalice.json").read_text())
    ssm = stack_client(stack, "ssm")
    for service, entry in manifest["services"].items():
        names = [f"/tis/local/{service}/{name}" for name in entry["settings"]]
        names += [f"/aws/reference/secretsmanager/tis/local/{service}/{name}" for name in entry.get("secrets", [])]
        told = ssm.get_parameters(Names=names, WithDecryption=True)
        assert told["InvalidParameters"] == []
        assert all(one["Value"] for one in told["Parameters"])
    ssm.close()


def test_ctrl_c_ends_it_and_all_its_processes(tmp_path: Path) -> None:
    skip_unless_deployable()
    running = start_stack(deployable(tmp_path), "--rows", "20", command="aws")
    processes = running.processes()
    assert len(processes) > 2
    assert running.end(signal.SIGINT) == 0
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert alive == []
    assert free_port() != running.port
    close(running)


def stack_client(stack: Stack, service: str) -> Any:
    import boto3  # noqa: PLC0415 - half a second, for the two tests that need it

    return boto3.client(
        service,
        region_name=stack.state["region"],
        endpoint_url=stack.state["aws"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def await_line(stack: Stack, function: str, line: str) -> None:
    from tests.unit.local.aws.running import await_that  # noqa: PLC0415 - as above

    log = Path(stack.state["logs"]) / f"{function}.log"
    await_that(lambda: log.exists() and line in log.read_text())
