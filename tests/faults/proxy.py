"""A TCP proxy between a test and a server, which can be told to break, and to mend again.

with proxy_to("127.0.0.1", port) as proxy:
    proxy.switch(Fault.DELAY, seconds=0.5)
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import Any, Final

HOST: Final = "127.0.0.1"
CHUNK: Final = 65536  # bytes
CONNECT_TIMEOUT: Final = 5.0  # seconds to reach the server
SWITCH_TIMEOUT: Final = 5.0  # seconds
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)  # linger on, for no time


class Fault(Enum):
    """What the proxy does to connections, those that are open included."""

    PASS = auto()  # nothing
    DELAY = auto()  # holds every piece of an answer back for some seconds
    REFUSE = auto()  # is not there: open connections are reset, new ones refused
    RESET = auto()  # resets open connections, and new ones at the first byte that is sent
    BLACKHOLE = auto()  # takes everything, and passes nothing on before the fault is switched


class Proxy:
    """A proxy that runs; `host` and `port` are where it listens, `accepted` how many connections it has taken."""

    def __init__(self, target: tuple[str, int], loop: asyncio.AbstractEventLoop) -> None:
        self.host, self.accepted = HOST, 0
        self._target, self._loop = target, loop
        self._fault, self._seconds = Fault.PASS, 0.0
        self._switched = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        # A socket that never listens keeps the port ours, and refused, while the proxy does not listen.
        self._guard = bound_socket(0)
        self.port: int = self._guard.getsockname()[1]

    def switch(self, fault: Fault, seconds: float = 0.0) -> None:
        """Change what happens; it has happened when this returns. `seconds` is the length of a DELAY."""
        self.run(self._switch(fault, seconds))

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something on the proxy's own loop, within SWITCH_TIMEOUT."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(SWITCH_TIMEOUT)

    async def start(self) -> None:
        """Begin to listen."""
        listening = bound_socket(self.port)
        self._server = await asyncio.start_server(self._serve, sock=listening)

    async def stop(self) -> None:
        """End all connections, and give the port back."""
        self._reset_all()
        await self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._guard.close()

    async def _switch(self, fault: Fault, seconds: float) -> None:
        self._fault, self._seconds = fault, seconds
        if fault in (Fault.REFUSE, Fault.RESET):
            self._reset_all()
        if fault is Fault.REFUSE:
            await self._stop_listening()
        elif self._server is None:
            await self.start()
        self._switched.set()
        self._switched = asyncio.Event()

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _reset_all(self) -> None:
        for writer in list(self._open):
            reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        self._open.add(writer)
        try:
            await self._connect(reader, writer)
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault is Fault.RESET:
            await reader.read(1)
            reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection(*self._target), CONNECT_TIMEOUT)
        except OSError:
            reset(writer)
            return
        self._open.add(far_writer)
        try:
            await asyncio.gather(self._pump(reader, far_writer, 0), self._pump(far_reader, writer, 1))
        finally:
            self._open.discard(far_writer)
            far_writer.close()
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delays: int) -> None:
        """Pass bytes on until their end, which is passed on too; `delays` 0: never held back by DELAY."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                while self._fault is Fault.BLACKHOLE:
                    await self._switched.wait()
                if self._fault is Fault.DELAY:
                    await asyncio.sleep(self._seconds * delays)
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()


def bound_socket(port: int) -> socket.socket:
    """A socket bound to a port of this machine that others of ours may be bound to as well."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HOST, port))
    return bound


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection by RST in place of FIN."""
    taken = writer.get_extra_info("socket")
    with suppress(OSError):
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """A proxy to a server for the length of a block, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = Proxy((host, port), loop)
    try:
        proxy.run(proxy.start())
        yield proxy
    finally:
        proxy.run(proxy.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SWITCH_TIMEOUT)
        loop.close()
