"""`tis run`: what it tells, how it ends, and that it leaves nothing behind. With a facade of the tests' own."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from infra.cli.run import ready_text
from infra.local.gateway.server import open_socket
from tests.e2e.conftest import ROOT, Stack, environ_with, free_port, tis

pytestmark = pytest.mark.stack

FACADE = """
import os, time
def app(event, context):
    time.sleep(float((event["queryStringParameters"] or {}).get("for", 0)))
    if event["path"] == "/die":
        os._exit(1)
    if event["path"] == "/environ":
        return {"statusCode": 200, "body": "\\n".join(f"{name}={value}" for name, value in os.environ.items())}
    return {"statusCode": 200, "body": "ONE"}
"""
Run = Callable[..., Stack]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one service, whose function is ours, so that it starts fast and does as the tests like."""
    for name in ("infra", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("shared", "services/strangler"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    (tmp_path / "services" / "__init__.py").touch()
    (tmp_path / "services" / "strangler" / "app.py").write_text(FACADE)
    return tmp_path


def await_that(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def call_together(stack: Stack, count: int, target: str) -> Counter[int]:
    with ThreadPoolExecutor(count) as threads:
        return Counter(reply.status for reply in threads.map(stack.ask, [target] * count))


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def test_ready_stack_tells_where_it_is(project: Path, run: Run) -> None:
    stack = run(project)
    told = json.loads((project / ".tis" / str(stack.port) / "stack.json").read_text())
    assert told["gateway"] == stack.url
    assert {"dynamodb", "cognito", "issuers", "routes_table", "region", "pid", "database_url"} <= told.keys()
    assert json.loads(stack.ask("/_tis/health").body)["status"] == "up"
    assert json.loads(stack.ask("/_tis/jwks.json").body)["keys"][0]["alg"] == "RS256"
    assert stack.ask("/_tis/").headers["content-type"] == "text/html; charset=utf-8"
    assert stack.ask("/anything").body == b"ONE"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signal_leaves_no_process(project: Path, run: Run, sign: signal.Signals) -> None:
    stack = run(project)
    assert call_together(stack, 8, "/?for=0.05") == {200: 8}
    processes = stack.processes()
    assert len(processes) > 4
    code = stack.end(sign)
    await_that(lambda: all_gone(processes))
    if sign != signal.SIGKILL:
        assert code == 0
        assert not (project / ".tis" / str(stack.port) / "stack.json").exists()
        assert not any("Traceback" in line for line in stack.errors)


def test_make_that_is_killed_takes_the_stack_along(project: Path) -> None:
    port = free_port()
    code = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'infra.cli.main', 'run'])"
    make = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=project,
        env=environ_with(port, MAKELEVEL="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert make.stdout is not None
    with make.stdout as told:
        assert told.readline() == "ready\n"
        processes = psutil.Process(make.pid).children(recursive=True)
        assert len(processes) > 3
        make.kill()
        make.wait()
        await_that(lambda: all_gone(processes))


def test_killed_stack_with_a_running_call_leaves_no_process(project: Path, run: Run) -> None:
    stack = run(project)
    with ThreadPoolExecutor() as threads:
        call = threads.submit(stack.ask, "/?for=20")
        await_that(lambda: len(stack.processes()) > 4)
        processes = stack.processes()
        stack.end(signal.SIGKILL)
        await_that(lambda: all_gone(processes))
        assert call.exception() is not None


def test_running_call_ends_before_the_stack_does(project: Path, run: Run) -> None:
    stack = run(project)
    with ThreadPoolExecutor() as threads:
        call = threads.submit(stack.ask, "/?for=1")
        await_that(lambda: json.loads(stack.ask("/_tis/health").body)["functions"]["strangler"]["busy"] == 1)
        assert stack.end() == 0
        assert call.result().status == 200


def test_busy_port_is_a_sentence(project: Path) -> None:
    with open_socket(0) as taken:
        port = taken.getsockname()[1]
        done = tis(project, port, "run")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: Port {port} is taken by another program. Stop that, or take another: TIS_PORT={port + 1} make run\n"
    )


def test_second_stack_of_a_port_is_refused(project: Path, run: Run) -> None:
    stack = run(project)
    done = tis(project, stack.port, "run")
    assert done.returncode == 1
    assert f"TIS runs on port {stack.port} already." in done.stderr
    assert stack.ask("/").status == 200


def test_stack_of_an_unknown_kind_is_a_usage_error(project: Path) -> None:
    done = tis(project, free_port(), "run", STACK="nope")
    assert done.returncode == 2
    assert "STACK is embedded or real, not 'nope'." in done.stderr


@pytest.mark.parametrize("name", ["nope", "issuers", "tcs", "strangler"])
def test_service_that_is_unknown_cannot_be_live(project: Path, name: str) -> None:
    for known in ("profile", "reference"):
        (project / "services" / known).mkdir()
        (project / "services" / known / "app.py").write_text(FACADE)
    done = tis(project, free_port(), "run", "--live", "profile", "--live", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"--live {name}: there is no such service here; there are: profile, reference.\n")
    assert not (project / ".tis").exists()


@pytest.mark.parametrize("module", ["infra.local.stack.aws_fakes", "tests.legacy"])
def test_helper_that_is_killed_is_told_of(project: Path, run: Run, module: str) -> None:
    stack = run(project)
    (helper,) = [process for process in stack.processes() if module in process.cmdline()]
    helper.kill()
    await_that(lambda: any("was killed (signal 9); stop with Ctrl-C and start again." in line for line in stack.errors))


def test_people_are_shown_all_databases() -> None:
    names = ("gateway", "legacy_url", "dynamodb", "cognito", "logs")
    told = ready_text(
        {**dict.fromkeys(names, "x"), "databases": {"profile": "sqlite:///a", "reference": "sqlite:///b"}}
    )
    assert "  databases    sqlite:///a\n               sqlite:///b\n" in told


def test_folder_without_a_project_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "infra").symlink_to(ROOT / "infra")
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    done = tis(tmp_path, free_port(), "run")
    assert done.returncode == 1
    assert "no TIS project" in done.stderr
    assert "Traceback" not in done.stderr


def test_old_servers_that_are_no_url_are_a_sentence(project: Path) -> None:
    done = tis(project, free_port(), "run", TIS_LEGACY_URL="old.example:80")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: TIS_LEGACY_URL must be like")


def test_function_that_cannot_be_imported_stops_the_start(project: Path) -> None:
    (project / "services" / "strangler" / "app.py").write_text("import nothing_of_that_name\n")
    with open_socket(0) as probe:
        port = probe.getsockname()[1]
    done = tis(project, port, "run")
    assert done.returncode == 1
    assert "strangler cannot be imported: ModuleNotFoundError" in done.stderr
    assert "Traceback" not in done.stderr


def test_changed_code_is_taken_up_and_broken_code_is_not(project: Path, run: Run) -> None:
    stack = run(project)
    code = project / "services" / "strangler" / "app.py"
    code.write_text(FACADE.replace("ONE", "TWO"))
    await_that(lambda: stack.ask("/").body == b"TWO")
    code.write_text("def app(:\n")
    await_that(lambda: any("keeps its old code" in line and "app.py, line 1" in line for line in stack.errors))
    assert stack.ask("/").body == b"TWO"
    code.write_text(FACADE.replace("ONE", "THREE"))
    await_that(lambda: stack.ask("/").body == b"THREE")


def test_dead_environment_costs_one_answer(project: Path, run: Run) -> None:
    stack = run(project)
    assert stack.ask("/die").status == 502
    assert call_together(stack, 10, "/") == {200: 10}


def test_forty_calls_at_once_all_get_their_answer(project: Path, run: Run) -> None:
    assert call_together(run(project), 40, "/?for=0.1") == {200: 40}


def test_functions_are_told_what_the_interfaces_say(project: Path, run: Run) -> None:
    for name in ("profile", "reference"):
        (project / "services" / name).mkdir()
        (project / "services" / name / "app.py").write_text(FACADE.replace('"/environ"', '"/"'))
    stack = run(project)
    environ = dict(line.split("=", 1) for line in stack.ask("/environ").body.decode().splitlines() if "=" in line)
    assert environ["AWS_ENDPOINT_URL_DYNAMODB"] == stack.state["dynamodb"]
    assert environ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] == stack.state["cognito"]
    assert environ["TIS_REFERENCE_URL"] == f"{stack.url}/_fn/reference"
    assert json.loads(environ["TIS_ISSUERS"]) == stack.state["issuers"]
    assert [issuer["name"] for issuer in stack.state["issuers"]] == ["keycloak", "cognito"]
    assert environ["TIS_LEGACY_URL"] == stack.state["legacy_url"]
    assert environ["POWERTOOLS_SERVICE_NAME"] == "tis-strangler"
    assert "TIS_ROUTES_TABLE" in environ
    inner = dict(line.split("=", 1) for line in stack.ask("/_fn/reference/").body.decode().splitlines() if "=" in line)
    assert inner["TIS_PROFILE_URL"] == f"{stack.url}/_inner/profile"


def test_old_servers_of_our_own_take_the_stand_ins_place(project: Path, run: Run) -> None:
    shutil.copytree(
        ROOT / "services" / "profile", project / "services" / "profile", ignore=shutil.ignore_patterns("__pycache__")
    )
    stack = run(project, TIS_LEGACY_URL="http://127.0.0.1:9/")
    assert stack.state["legacy_url"] == "http://127.0.0.1:9"
    assert not any("tests.legacy" in " ".join(process.cmdline()) for process in stack.processes())
    for issuer in ("cognito", "keycloak"):
        token = stack.token("jo", authority="a:b", issuer=issuer)
        reply = stack.ask("/profile/api/userinfo", headers={"Authorization": f"Bearer {token}"})
        told = json.loads(reply.body)
        assert (told["userName"], "a:b" in told["permissions"]) == ("jo", True)
        assert reply.headers["x-tis-served-by"] == "profile"
    assert stack.ask("/profile/api/userinfo", headers={"Authorization": "Bearer a.b.c"}).body == b"ONE"


def test_tables_outlive_the_stack(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = run(project)
    table = {"TableName": "kept", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}
    ask_dynamodb(
        stack,
        "CreateTable",
        {
            **table,
            "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    item = {"k": {"S": "a"}, "b": {"B": "/wA="}, "n": {"N": "7"}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}
    ask_dynamodb(stack, "PutItem", {"TableName": "kept", "Item": item})
    kept = project / ".tis" / str(stack.port)
    stack.end(signal.SIGKILL)
    monkeypatch.setattr("tests.e2e.conftest.free_port", lambda: int(kept.name))
    again = run(project)
    assert ask_dynamodb(again, "GetItem", {"TableName": "kept", "Key": {"k": {"S": "a"}}})["Item"] == item


def ask_dynamodb(stack: Stack, operation: str, body: dict[str, object]) -> dict[str, object]:
    connection = http.client.HTTPConnection(stack.state["dynamodb"].removeprefix("http://"), timeout=10)
    headers = {
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=local/20260101/{stack.state['region']}/dynamodb/aws4_request",
    }
    try:
        connection.request("POST", "/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        told: dict[str, object] = json.loads(text)
        return told
    finally:
        connection.close()


def test_terminal_shows_no_log_lines(project: Path, run: Run) -> None:
    (project / "services" / "strangler" / "app.py").write_text(
        "def app(event, context):\n    print('a log line')\n    return {}\n"
    )
    stack = run(project)
    stack.ask("/")
    log = project / ".tis" / str(stack.port) / "logs" / "strangler.log"
    await_that(lambda: "a log line" in log.read_text())
    assert not any("a log line" in line for line in stack.errors)
    assert os.path.commonpath([log, project]) == str(project)
