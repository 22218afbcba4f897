"""A gateway of its own for a test, in front of functions whose code the test writes."""

import asyncio
import http.client
import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop

from infra.local.environments.pool import Pool
from infra.local.environments.templates import Function
from infra.local.gateway.dispatch import Dispatcher
from infra.local.gateway.server import Server, open_socket

WAIT = 20


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found.lower() == name.lower()]


@dataclass
class RunningGateway:
    port: int
    pools: Mapping[str, Pool]
    loop: asyncio.AbstractEventLoop
    server: Server
    said: list[str] = field(default_factory=list)

    def ask(
        self, target: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def say(self, sent: bytes) -> bytes:
        """Send bytes as they are, and read until the gateway closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the gateway's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT)


Start = Callable[..., RunningGateway]


@pytest.fixture
def function_file(tmp_path: Path) -> Path:
    """Where the code of the function stands."""
    return tmp_path / f"function_{uuid.uuid4().hex}.py"


@pytest.fixture
def start(tmp_path: Path, function_file: Path) -> Iterator[Start]:
    """Starts a gateway on a free port, in front of functions `app` of the given code."""
    running: list[tuple[RunningGateway, threading.Thread]] = []

    def begin(code: str, limit: int = 8, reserved: int = 0, names: tuple[str, ...] = ("strangler",)) -> RunningGateway:
        function_file.write_text(code)
        listener = open_socket(0)
        port = listener.getsockname()[1]
        environ = {**os.environ, "PYTHONPATH": str(tmp_path), "PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
        target, log = f"{function_file.stem}:app", tmp_path / "function.log"
        said: list[str] = []
        pools = {name: Pool(Function(name, target, log, environ, limit, reserved), said.append) for name in names}
        loop = uvloop.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        gateway = RunningGateway(port, pools, loop, Server(Dispatcher(pools, {}, said.append).answer, pools), said)
        running.append((gateway, thread))
        for pool in pools.values():
            gateway.run(pool.start())
        gateway.run(gateway.server.start(listener))
        return gateway

    yield begin
    for gateway, thread in running:
        gateway.run(end(gateway.server))
        gateway.loop.call_soon_threadsafe(gateway.loop.stop)
        thread.join(WAIT)
        gateway.loop.close()
    assert sys.exc_info() == (None, None, None)


async def end(server: Server) -> None:
    server.stop()
    await asyncio.sleep(0.05)  # connections close on the loop's next turns
