"""The gateway's end of one execution environment: a process that takes one event at a time."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from typing import cast

from infra.local.environments.wire import FAILED, HEAD, PAYLOAD_LIMIT


class Failed(Exception):
    """The call came to no answer: the function raised, answered too much, or its process died."""


class TimedOut(Exception):
    """The call's time was up, and its process has been killed."""


class Environment(asyncio.Protocol):
    """One process: `call` it, one event after another, until it ends; `ended` is told when it does."""

    def __init__(self, ended: Callable[["Environment"], None]) -> None:
        self.pid = 0  # known once it is ready
        self.idle_since = 0.0
        self.alive = True
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] = self._loop.create_future()
        self._transport: asyncio.Transport

    async def ready(self, seconds: float) -> None:
        """Wait until the process has told its id; Failed or TimedOut when it does not."""
        await self._answered(seconds)

    async def call(self, event: bytes, seconds: float) -> bytes:
        """The function's result, as JSON, for an event as JSON. Raises Failed, or TimedOut after `seconds`."""
        if not self.alive:
            raise Failed("the environment has ended")
        self._answer = self._loop.create_future()
        self._transport.write(HEAD.pack(len(event), max(0, int(seconds * 1000))) + event)
        return await self._answered(seconds)

    async def _answered(self, seconds: float) -> bytes:
        timer = self._loop.call_later(seconds, self._expire)
        try:
            return await self._answer
        finally:
            timer.cancel()
            if not self._answer.done() or self._answer.cancelled():
                self.kill()

    def _expire(self) -> None:
        if not self._answer.done():
            self._answer.set_exception(TimedOut())
        self.kill()

    def kill(self) -> None:
        """End the process at once."""
        if self.alive and self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """End the process once it is idle: it sees its connection close."""
        self.alive = False
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's word that the socket is ours."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """A piece of a frame has arrived."""
        received = self._received
        received += data
        if len(received) < HEAD.size:
            return
        size, number = HEAD.unpack_from(received)
        if len(received) < HEAD.size + size:
            return
        body = bytes(received[HEAD.size :])
        received.clear()
        if not self.pid:
            self.pid = number
            number = 0
        if self._answer.done():
            return
        if number == FAILED:
            self._answer.set_exception(Failed("the function raised; its log tells where"))
        elif size > PAYLOAD_LIMIT:
            self._answer.set_exception(Failed(f"the answer has {size} bytes, and Lambda takes {PAYLOAD_LIMIT}"))
        else:
            self._answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The process has ended, or we have closed the connection."""
        self.alive = False
        if not self._answer.done():
            self._answer.set_exception(Failed("the environment died"))
            self._answer.exception()  # seen, even where nobody waits any more
        self._ended(self)
