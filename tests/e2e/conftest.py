"""The whole local stack, as `tis run` starts it, in a project folder of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil
import pytest

from infra.build.libraries import running_python
from infra.build.manifest import read_manifest

ROOT = Path(__file__).parents[2]
READY_SECONDS, ANSWER_SECONDS, END_SECONDS = 60, 30, 20
DEPLOY_SECONDS = 300  # libraries may have to be fetched


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def environ_with(port: int, **more: str) -> dict[str, str]:
    left = {name: value for name, value in os.environ.items() if not name.startswith(("TIS_", "STACK", "MAKE"))}
    return {**left, "TIS_PORT": str(port), **more}


def tis(
    project: Path, port: int, *arguments: str, seconds: float = READY_SECONDS, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run a `tis` command in a project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "infra.cli.main", *arguments],
        cwd=project,
        env=environ_with(port, **environ),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@dataclass
class Stack:
    """A running stack; `errors` are the lines that it has written to stderr."""

    project: Path
    port: int
    process: "subprocess.Popen[str]"
    state: Mapping[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: str = "jo", **options: str) -> str:
        """A token, as `tis token` prints it: `authority="a:b"` and so on."""
        arguments = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        return tis(self.project, self.port, "token", "--user", user, *arguments).stdout.strip()

    def ask(
        self, target: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One call through the gateway, on a connection of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def processes(self) -> list[psutil.Process]:
        """The stack's processes, the first one included."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait for the end; the exit code."""
        self.process.send_signal(sign)
        return self.process.wait(END_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_project(folder: Path) -> Path:
    """A folder that holds the project: the services and what they share as copies, the rest as links."""
    for name in ("services", "shared"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    for name in ("infra", "tests", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def start_deployed(project: Path, *arguments: str) -> Stack:
    """Start a local AWS, deploy all services to it, and have it answer from their packages."""
    for name in ("chalice.json", "requirements.lock"):
        (project / name).symlink_to(ROOT / name)
    (project / "build").mkdir()
    (ROOT / "build" / "libraries").mkdir(parents=True, exist_ok=True)
    (project / "build" / "libraries").symlink_to(ROOT / "build" / "libraries")  # fetched once for all
    stack = start_stack(project, *arguments, command="aws")
    done = tis(project, stack.port, "deploy", "--stage", "local", "--json", seconds=DEPLOY_SECONDS)
    if done.returncode:
        close(stack)
        pytest.fail(f"The services are not deployed:\n{done.stderr}\n{stack.errors}")
    return stack


def start_stack(project: Path, *arguments: str, command: str = "run", **environ: str) -> Stack:
    """Start a stack on a free port, and wait until it says that it is ready."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.cli.main", command, "--json", *arguments],
        cwd=project,
        env=environ_with(port, **environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    stack = Stack(project, port, process)
    threading.Thread(target=read_lines, args=(process.stderr, stack.errors), daemon=True).start()
    timer = threading.Timer(READY_SECONDS, process.kill)
    timer.start()
    line = process.stdout.readline() if process.stdout else ""
    timer.cancel()
    if not line:
        close(stack)
        pytest.fail("The stack did not start:\n" + "\n".join(stack.errors))
    stack.state = json.loads(line)
    return stack


def read_lines(stream: Any, lines: list[str]) -> None:
    lines.extend(line.rstrip("\n") for line in stream)


def close(stack: Stack) -> None:
    """End a stack, by force where it does not end by itself."""
    if stack.process.poll() is None:
        try:
            stack.end()
        except subprocess.TimeoutExpired:
            stack.process.kill()
            stack.process.wait()
    for stream in (stack.process.stdout, stack.process.stderr):
        if stream is not None:
            stream.close()


@pytest.fixture(scope="session", params=["source", "deployed"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real services on SQLite, seeded, one stack for all tests: from the source tree, and from deployed packages."""
    project = make_project(tmp_path_factory.mktemp("project"))
    if request.param == "deployed":
        skip_unless_deployable()
    running = start_stack(project) if request.param == "source" else start_deployed(project)
    yield running
    close(running)


def skip_unless_deployable() -> None:
    """Functions are built and deployed by the Python that runs them."""
    if running_python() != (deployed := read_manifest().python):
        pytest.skip(f"what is deployed is built by Python {deployed}")


@pytest.fixture
def run() -> Iterator[Callable[..., Stack]]:
    """Starts stacks that end with the test."""
    running: list[Stack] = []

    def begin(project: Path, *arguments: str, **environ: str) -> Stack:
        running.append(start_stack(project, *arguments, **environ))
        return running[-1]

    yield begin
    for one in running:
        close(one)
