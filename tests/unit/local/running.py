"""A gateway of its own, for a test or a benchmark, in front of functions whose code is given as text."""

import asyncio
import http.client
import os
import socket
import threading
import uuid
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from infra.local.environments.pool import Pool
from infra.local.environments.template import Function
from infra.local.gateway.dispatch import FACADE, Dispatcher
from infra.local.gateway.server import Server, open_socket

WAIT = 20  # seconds


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found.lower() == name.lower()]


@dataclass
class RunningGateway:
    """A gateway on `port`; `code` is the file in which its functions stand, `said` what it told people."""

    port: int
    pools: Mapping[str, Pool]
    loop: asyncio.AbstractEventLoop
    said: list[str]
    code: Path

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

    def send(self, sent: bytes) -> bytes:
        """Send bytes as they are, and read until the gateway closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the gateway's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT)


@contextmanager
def running_gateway(
    folder: Path, code: str, limit: int = 8, reserved: int = 0, names: tuple[str, ...] = (FACADE,)
) -> Iterator[RunningGateway]:
    """A gateway on a free port, in front of functions `app` of the given code; it ends with the block."""
    file = folder / f"function_{uuid.uuid4().hex}.py"
    file.write_text(code)
    listener = open_socket(0)
    port = listener.getsockname()[1]
    environ = {**os.environ, "PYTHONPATH": str(folder), "PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    said: list[str] = []
    functions = [
        Function(name, f"{file.stem}:app", folder / "function.log", environ, limit, reserved) for name in names
    ]
    loop = uvloop.new_event_loop()
    pools = {function.name: Pool(function, said.append) for function in functions}
    server = Server(Dispatcher(pools, {}, said.append).answer, pools)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    gateway = RunningGateway(port, pools, loop, said, file)
    try:
        for pool in pools.values():
            gateway.run(pool.start())
        gateway.run(server.start(listener))
        yield gateway
    finally:
        gateway.run(end(server, pools.values()))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()


async def end(server: Server, pools: Iterable[Pool]) -> None:
    """Stop, and wait until the environments' sockets have closed too: a loop with open ones is not to be closed."""
    server.stop()
    await asyncio.sleep(0.05)  # connections close on the loop's next turns
    for _ in range(100):
        if not any(pool.size or pool._starting for pool in pools):
            break
        await asyncio.sleep(0.05)
