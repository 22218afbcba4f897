"""The local gateway in front of one trivial function, against uvicorn that calls the same function in its own process."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from infra.local.gateway.answer import answer_of
from infra.local.gateway.request import Request, event_of
from tests.bench.measure import CannotRun, Line, Load, line, load
from tests.unit.local.running import running_gateway

FEW_CONNECTIONS, MANY_CONNECTIONS = 1, 16
LEAST_PER_SECOND = 4_000
START_SECONDS = 10

TRIVIAL = """
def app(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": '{"ok":true}'}
"""


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The trivial function in process, with the gateway's own events and answers."""
    await receive()
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    event = event_of(Request(scope["method"], scope["raw_path"].decode("latin-1"), headers, peer="127.0.0.1"))
    answer = answer_of(FUNCTION["app"](event, None))
    sent = [(name.encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": sent})
    await send({"type": "http.response.body", "body": answer.body})


FUNCTION: dict[str, Any] = {}
exec(TRIVIAL, FUNCTION)  # noqa: S102 - the text is above


@contextmanager
def running_peer() -> Iterator[str]:
    """The URL of uvicorn with the function in its own process."""
    config = uvicorn.Config(
        asgi, port=0, loop="uvloop", http="httptools", lifespan="off", log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)

    def serve() -> None:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve())

    thread = threading.Thread(target=serve)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise CannotRun("uvicorn does not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


def both_loads(connections: int) -> tuple[Load, Load]:
    """What the gateway, and what its peer does on so many connections."""
    with TemporaryDirectory() as folder, running_gateway(Path(folder), TRIVIAL, limit=32) as gateway:
        url = f"http://127.0.0.1:{gateway.port}/"
        load(url, connections, seconds=1)
        ours = load(url, connections)
    with running_peer() as url:
        load(url, connections, seconds=1)
        theirs = load(url, connections)
    if ours.errors or theirs.errors:
        raise RuntimeError(f"errors under load: {ours.errors} of ours, {theirs.errors} of the peer's")
    return ours, theirs


def bench_throughput() -> Line:
    """Answers a second on sixteen connections: at least 4,000, whatever the peer does."""
    ours, theirs = both_loads(MANY_CONNECTIONS)
    found = line("gateway.throughput", ours.per_second, "requests/s", at_least=LEAST_PER_SECOND)
    peer = f"uvicorn calling the function in process: {theirs.per_second:.0f} requests/s"
    return {**found, "peer": peer, "ratio": round(ours.per_second / theirs.per_second, 2)}


def bench_latency() -> Line:
    """The median on one connection; no bound is set."""
    ours, theirs = both_loads(FEW_CONNECTIONS)
    return line(
        "gateway.latency",
        ours.median_ms,
        "ms",
        peer=f"uvicorn calling the function in process: {theirs.median_ms:.3g} ms",
        ratio=ours.median_ms / theirs.median_ms,
    )
