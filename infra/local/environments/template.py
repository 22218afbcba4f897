"""The gateway's end of a template: the process that has imported a function, and of which its environments are forked."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.environments.environment import Environment
from infra.local.environments.process import READY

IMPORT_SECONDS, FORK_SECONDS, END_SECONDS = 30.0, 10.0, 2.0
SENTENCE_LIMIT = 4096


class BrokenFunction(Exception):
    """The function's module cannot be imported; the message is the sentence that says why, and where."""


@dataclass(frozen=True)
class Function:
    """A function: its name, where its code is (`module:attribute`), and how many environments it may have."""

    name: str
    target: str
    log: Path
    environ: Mapping[str, str]
    limit: int = 32
    reserved: int = 0  # of the limit, for calls from inside

    @property
    def module(self) -> str:
        """The module that holds the function."""
        return self.target.partition(":")[0]


class Template:
    """One template process and the environments that were forked of it. `died` is told when it ends unasked."""

    def __init__(
        self, process: subprocess.Popen[bytes], control: socket.socket, died: Callable[["Template"], None]
    ) -> None:
        self._process, self._control, self._died = process, control, died
        self._loop = asyncio.get_running_loop()
        self._word: asyncio.Future[bytes] = self._loop.create_future()
        self._environments: set[Environment] = set()
        self._retired = self._stopped = False
        control.setblocking(False)
        self._loop.add_reader(control, self._hear)

    @classmethod
    async def start(cls, function: Function, died: Callable[["Template"], None]) -> "Template":
        """A template that has imported its function; BrokenFunction when it cannot."""
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "infra.local.environments.process"]
        with theirs, function.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: ASYNC220 - forking takes a millisecond
                [*command, function.name, function.target, str(theirs.fileno()), str(os.getpid())],
                env=function.environ,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the one that started it
            )
        template = cls(process, ours, died)
        timer = template._loop.call_later(IMPORT_SECONDS, template._hear_nothing)
        word = await template._word
        timer.cancel()
        if word != READY:
            template.stop()
            raise BrokenFunction(word.decode(errors="replace") or f"its process ended; {function.log} may tell why")
        return template

    def _hear(self) -> None:
        try:
            word = self._control.recv(SENTENCE_LIMIT)
        except OSError:
            word = b""
        if not self._word.done():
            self._word.set_result(word)
        elif not word:
            self.stop()
            self._died(self)

    def _hear_nothing(self) -> None:
        if not self._word.done():
            self._word.set_result(f"its import takes longer than {IMPORT_SECONDS:.0f} seconds".encode())

    async def fork(self, ended: Callable[[Environment], None]) -> Environment:
        """A new environment that is ready for a call; Failed, TimedOut or OSError when there is none to be had."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            try:
                socket.send_fds(self._control, [b"f"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise

        def end(environment: Environment) -> None:
            self._environments.discard(environment)
            ended(environment)
            if self._retired and not self._environments:
                self.stop()

        _, environment = await self._loop.create_unix_connection(lambda: Environment(end), sock=ours)
        self._environments.add(environment)
        await environment.ready(FORK_SECONDS)
        return environment

    def owns(self, environment: Environment) -> bool:
        """Was this environment forked of this template, and does it live?"""
        return environment.alive and environment in self._environments

    def retire(self) -> None:
        """Fork no more, and end with the last environment: what is running may finish."""
        self._retired = True
        if not self._environments:
            self.stop()

    def stop(self) -> None:
        """End the process at once; its environments end with it."""
        if not self._stopped:
            self._stopped = True
            self._loop.remove_reader(self._control)
            self._control.close()
            self._process.kill()
            self._process.wait()
