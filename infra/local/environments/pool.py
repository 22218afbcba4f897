"""A function's execution environments: they grow with the load up to a limit, and are given back after a minute idle.

Calls from inside, which a service makes while it answers another call, have environments of their own. Were the limit one
for all, 32 facades could wait for 32 services that each wait for a facade to ask who the caller is: nobody would move.
"""

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from infra.local.environments.environment import Failed, TimedOut
from infra.local.environments.source import Pooled, Runner, Source, StartSource
from infra.local.environments.template import BrokenFunction, Template
from infra.local.environments.waiting import Waiting
from infra.local.environments.wire import PAYLOAD_LIMIT

CALL_SECONDS = 29.0  # what API Gateway gives a call, its wait included
QUEUE_SECONDS = 5.0  # the longest wait for an environment when all are busy
PATIENCE = (
    0.01  # seconds that a call waits for a busy environment before a new one is forked: about as long as that takes
)
IDLE_SECONDS = 60.0
LOG_LIMIT = 100_000_000  # bytes
RETRY_SECONDS, RESTART_SECONDS = 0.2, 2.0


class TooLarge(Exception):
    """The event is larger than what Lambda takes."""


class Pool:
    """The environments of one function, which `start` makes. `say` is told what people should know.

    Where environments are slow to start, no more than `at_once` start at a time, and calls wait for `queue_seconds`.
    """

    def __init__(
        self,
        function: Pooled,
        say: Callable[[str], None] = print,
        start: StartSource = Template.start,
        *,
        at_once: int | None = None,
        queue_seconds: float | None = None,
    ) -> None:
        self.function, self._say, self._start = function, say, start
        self._at_once, self._queue_seconds = at_once, queue_seconds
        self._source: Source | None = None
        self._idle: deque[Runner] = deque()
        self._waiting = Waiting()
        self._running = [0, 0]  # from outside, from inside
        self._alive: set[Runner] = set()
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    @property
    def size(self) -> int:
        """How many environments there are."""
        return len(self._alive)

    @property
    def busy(self) -> int:
        """How many calls are running."""
        return sum(self._running)

    async def start(self) -> None:
        """Import the function; BrokenFunction when that fails."""
        self._source = await self._start(self.function, self._source_died)

    async def reload(self, function: Pooled | None = None) -> None:
        """Take up changed code: new calls get it, running ones finish on the old. BrokenFunction leaves the old in force."""
        fresh = await self._start(function or self.function, self._source_died)
        self.function = function or self.function
        old, self._source = self._source, fresh
        self._let_go(old)

    def retire(self) -> None:
        """Take no more calls: running ones finish, and the processes end with them."""
        self._stopped, old, self._source = True, self._source, None
        self._waiting.disband(Failed("the function has been deleted"))
        self._let_go(old)

    def _let_go(self, old: Source | None) -> None:
        while self._idle:
            self._idle.popleft().close()
        if old is not None:
            old.retire()

    def stop(self) -> None:
        """End all processes at once."""
        self._stopped = True
        if self._source is not None:
            self._source.stop()

    def tidy(self) -> None:
        """End the environments that have been idle for IDLE_SECONDS, and keep the log small. To be called now and then."""
        while self._idle and time.monotonic() - self._idle[0].idle_since > IDLE_SECONDS:
            self._idle.popleft().close()
        if self.function.log.stat().st_size > LOG_LIMIT:
            os.truncate(self.function.log, 0)  # those who write append, so they go on from there

    async def call(self, event: bytes, *, inner: bool = False, seconds: float | None = None) -> bytes:
        """The function's result for an event, both as JSON. Raises Throttled, TooLarge, TimedOut or Failed.

        It may take as long as the gateway waits, or `seconds`.
        """
        if len(event) > PAYLOAD_LIMIT:
            raise TooLarge
        started = time.monotonic()
        environment = await self._take(inner)
        try:
            return await environment.call(event, (seconds or CALL_SECONDS) - (time.monotonic() - started))
        finally:
            self._running[inner] -= 1
            self._put_back(environment)

    async def _take(self, inner: bool) -> Runner:
        if self._idle and self._may_run(inner):
            self._running[inner] += 1
            return self._idle.pop()
        place = self._waiting.join(inner)
        asyncio.get_running_loop().call_later(PATIENCE if self.size or self._starting else 0, self._grow)
        return await self._waiting.keep(place, inner, self._queue_seconds or QUEUE_SECONDS)

    def _may_run(self, inner: bool) -> bool:
        return inner or self._running[0] < self.function.limit - self.function.reserved

    def _put_back(self, environment: Runner) -> None:
        """An environment is free: for those who wait, calls from inside first, since others wait for these."""
        if self._source is None or not self._source.owns(environment):
            self._alive.discard(environment)
            environment.close()
            return
        environment.idle_since = time.monotonic()
        self._idle.append(environment)
        for inner in (True, False):
            while self._idle and self._waiting.count(inner) and self._may_run(inner):
                self._running[inner] += 1
                self._waiting.serve(inner, self._idle.pop())

    def _grow(self) -> None:
        """Fork an environment, if somebody waits for whom none is starting yet, and the limit allows it."""
        room = self.function.limit - self.function.reserved - self._running[0]
        wanted = self._waiting.count(True) + min(self._waiting.count(False), room)
        wanted = min(wanted, self._at_once or wanted)
        if wanted > self._starting and self.size + self._starting < self.function.limit and not self._stopped:
            self._starting += 1
            self._keep(self._fork())

    async def _fork(self) -> None:
        environment = None
        with contextlib.suppress(OSError, Failed, TimedOut):
            if self._source is not None:
                environment = await self._source.fork(self._environment_ended)
        self._starting -= 1
        if environment is None:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._grow)
        else:
            self._alive.add(environment)
            self._put_back(environment)
            if self._at_once:  # others who wait were not given one of their own
                self._grow()

    def _environment_ended(self, environment: Runner) -> None:
        self._alive.discard(environment)
        if environment in self._idle:
            self._idle.remove(environment)
        self._grow()

    def _source_died(self, source: Source) -> None:
        if source is self._source and not self._stopped:
            self._source = None
            self._say(
                f"{self.function.name}: its template process ended; starting another. {self.function.log} may tell why."
            )
            self._keep(self._restart())

    async def _restart(self) -> None:
        while self._source is None and not self._stopped:
            try:
                await self.start()
            except BrokenFunction as error:
                self._say(f"{self.function.name} cannot be imported: {error}")
                await asyncio.sleep(RESTART_SECONDS)
        self._grow()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it in the background; asyncio itself holds tasks by weak references only."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
