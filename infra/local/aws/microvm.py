"""An execution environment of a deployed function: AWS's own runtime client in a process that is shut in."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from infra.local.aws.facts import FunctionFacts
from infra.local.aws.runtime_api import TOO_LARGE, FunctionError, Invocation, RuntimeApi
from infra.local.environments.environment import Failed, TimedOut

WEIGH_SECONDS = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1024 * 1024
KILLED = "RequestId: {} Error: Runtime exited with error: signal: killed"


class MicroVm:
    """One process: `call` it, one event after another, until it ends; `ended` is told when it does.

    One whose start failed takes one call, which it answers with the reason, as Lambda does.
    """

    def __init__(self, facts: FunctionFacts, api: RuntimeApi, ended: Callable[["MicroVm"], None]) -> None:
        self.idle_since = 0.0
        self.alive = True
        self._facts, self._api, self._ended = facts, api, ended
        self._loop = asyncio.get_running_loop()
        self._invocation: Invocation | None = None
        self._process: asyncio.subprocess.Process
        self._watch: asyncio.Task[None]
        self._weighing: asyncio.TimerHandle

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    async def start(self, command: list[str], environ: dict[str, str], log: Path, seconds: float) -> None:
        """Start the process, and wait until it is ready for an event or has failed; for some seconds at most."""
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=environ, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self._watch = self._loop.create_task(self._follow())
        try:
            await asyncio.wait_for(asyncio.shield(self._api.started), seconds)
        except TimeoutError:
            self._api.fail(f"The function was not ready within {seconds:.0f} seconds")

    async def _follow(self) -> None:
        """Wait for the process's end, and tell of it; of a failed start the one call will tell."""
        await self._process.wait()
        self._api.close()
        if self._api.fault is not None:
            return
        self.alive = False
        if self._invocation is not None and not self._invocation.answer.done():
            text = f"RequestId: {self._invocation.id} Error: Runtime exited ({self._process.returncode})"
            self._fail(FunctionError.of("Runtime.ExitError", text))
        self._tell_end()

    def _tell_end(self) -> None:
        ended, self._ended = self._ended, lambda _: None  # once
        ended(self)

    async def call(self, event: bytes, seconds: float) -> bytes:
        """The function's result, as JSON. Raises FunctionError, or TimedOut where `seconds` are less than its own time."""
        if self._api.fault is not None:
            self.kill()
            raise FunctionError(self._api.fault)
        if not self.alive:
            raise Failed("the environment has ended")
        allowed = min(seconds, float(self._facts.timeout))
        self._invocation = Invocation(event, time.time() + allowed, self._loop.create_future())
        expiry = self._loop.call_later(allowed, self._expire, seconds < self._facts.timeout)
        self._weighing = self._loop.call_later(WEIGH_SECONDS, self._weigh)
        try:
            self._api.hand_out(self._invocation)
            result = await self._invocation.answer
        except FunctionError as error:
            if error.kind == TOO_LARGE:  # the runtime client ends when its answer is refused
                self.kill()
            raise
        finally:
            expiry.cancel()
            self._weighing.cancel()
            if not self._invocation.answer.done() or self._invocation.answer.cancelled():
                self.kill()
        if self._is_too_heavy():
            self.kill()
            raise FunctionError.of("Runtime.ExitError", KILLED.format(self._invocation.id))
        return result

    def _expire(self, gave_up: bool) -> None:
        text = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} Task timed out after {self._facts.timeout}.00 seconds"
        self._fail(TimedOut() if gave_up else FunctionError.of("Sandbox.Timedout", text))
        self.kill()

    def _weigh(self) -> None:
        """Every so often while an event runs: end the process when it has more memory than the function may."""
        if self._invocation is None or self._invocation.answer.done():
            return
        if self._is_too_heavy():
            self._fail(FunctionError.of("Runtime.ExitError", KILLED.format(self._invocation.id)))
            self.kill()
        else:
            self._weighing = self._loop.call_later(WEIGH_SECONDS, self._weigh)

    def _is_too_heavy(self) -> bool:
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_bytes().split()[1])
        except (OSError, IndexError):
            return False
        return pages * PAGE > self._facts.memory * MEGABYTE

    def _fail(self, error: Exception) -> None:
        if self._invocation is not None and not self._invocation.answer.done():
            self._invocation.answer.set_exception(error)
            self._invocation.answer.exception()  # seen, even where nobody waits any more

    def kill(self) -> None:
        """End the process at once."""
        self.alive = False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what it has started too: it leads a session of its own
        if self._api.fault is not None:
            self._loop.call_soon(self._tell_end)

    close = kill  # an idle one has nothing to finish, and Lambda asks none
