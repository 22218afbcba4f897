"""The gateway's listening socket, and how it is opened, kept tidy and closed."""

import asyncio
import errno
import socket
from collections.abc import Mapping

from infra.local.environments.pool import Pool
from infra.local.gateway.connection import Answerer, Connection

HOST = "127.0.0.1"
BACKLOG = 1024
IDLE_SECONDS, REQUEST_SECONDS = 75.0, 30.0  # between two requests, and for a whole one to arrive
SWEEP_SECONDS = 5.0
DRAIN_SECONDS, DRAIN_LOOK_SECONDS = 5.0, 0.02


class PortBusy(Exception):
    """Another program listens on the port."""


def open_socket(port: int) -> socket.socket:
    """A socket bound to the port on loopback, 0 for any; PortBusy when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(f"Port {port} is taken by another program.") from error
        raise
    return listener


class Server:
    """Connections on a listening socket, and the pools behind them."""

    def __init__(self, answer: Answerer, pools: Mapping[str, Pool]) -> None:
        self._answer, self._pools = answer, pools
        self._connections: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Answer from now on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._answer, self._connections), sock=listener)
        self._tidy()

    def _tidy(self) -> None:
        """Every few seconds: close what nobody uses, and give idle environments back."""
        loop = asyncio.get_running_loop()
        for connection in list(self._connections):
            bound = IDLE_SECONDS if connection.between_requests else REQUEST_SECONDS
            if not connection.busy and loop.time() - connection.heard > bound:
                connection.finish()
        for pool in self._pools.values():
            pool.tidy()
        self._sweep = loop.call_later(SWEEP_SECONDS, self._tidy)

    async def drain(self) -> None:
        """Let running calls end, for DRAIN_SECONDS at most; they may make calls of their own meanwhile, so we still listen."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DRAIN_SECONDS
        while any(connection.busy for connection in self._connections) and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_LOOK_SECONDS)

    def stop(self) -> None:
        """Close all connections and end all environments, at once."""
        if self._sweep is not None:
            self._sweep.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.finish()
        for pool in self._pools.values():
            pool.stop()
