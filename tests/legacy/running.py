"""The stand-in for tests: in a thread of its own, on a free port, with its switches as methods."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Final

from tests.legacy.server import serve
from tests.legacy.stand_in import StandIn

HOST: Final = "127.0.0.1"
START_TIMEOUT: Final = 10.0  # seconds
CALL_TIMEOUT: Final = 5.0  # seconds


class Running:
    """A stand-in that runs; `url` is its base."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://{HOST}:{port}"

    def set_mode(self, mode: str, **more: Any) -> None:
        """Be slow, wrong, down or gone (`drop`), or normal again; `path`: below this only, `seconds`: how slow."""
        self._ask("POST", "/_stand-in/mode", json.dumps({"mode": mode, **more}))

    def requests(self) -> list[dict[str, Any]]:
        """The last requests that came: method, target, headers, bodyLength, bodySha256."""
        found: list[dict[str, Any]] = json.loads(self._ask("GET", "/_stand-in/requests"))
        return found

    def forget_requests(self) -> None:
        """Begin with an empty list of requests."""
        self._ask("DELETE", "/_stand-in/requests")

    def _ask(self, method: str, target: str, body: str | None = None) -> bytes:
        connection = HTTPConnection(HOST, self.port, timeout=CALL_TIMEOUT)
        try:
            connection.request(method, target, body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 204):
            raise ValueError(content.decode())
        return content


@contextmanager
def running(profile_database: str | None = None) -> Iterator[Running]:
    """A stand-in for the length of a block."""
    loop = asyncio.new_event_loop()
    stop, ports = asyncio.Event(), list[int]()
    is_ready = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        is_ready.set()

    stand_in = StandIn(profile_database)
    handle = stand_in.switched().handle
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(handle, HOST, 0, stop, ready),), daemon=True)
    thread.start()
    try:
        if not is_ready.wait(START_TIMEOUT):
            raise TimeoutError("The stand-in did not start.")
        yield Running(ports[0])
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(START_TIMEOUT)
        loop.close()
        stand_in.close()
