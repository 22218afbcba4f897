"""What a pool takes its environments from, whatever stands behind it: a warm template, or a deployed zip."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol


class Runner(Protocol):
    """One process that takes one event at a time."""

    idle_since: float
    alive: bool

    async def call(self, event: bytes, seconds: float) -> bytes:
        """The function's result, as JSON, for an event as JSON. Raises Failed, or TimedOut after `seconds`."""

    def close(self) -> None:
        """End it, now that it is idle."""


class Source(Protocol):
    """Gives environments of one state of a function's code and settings."""

    async def fork(self, ended: Callable[[Any], None]) -> Runner:
        """A new environment that is ready for a call; Failed, TimedOut or OSError when there is none to be had."""

    def owns(self, environment: Any) -> bool:
        """Did this environment come from here, and does it live?"""

    def retire(self) -> None:
        """Give no more: what is running may finish."""

    def stop(self) -> None:
        """End all environments at once."""


class Pooled(Protocol):
    """What a pool must know of its function."""

    @property
    def name(self) -> str:
        """The function's name."""

    @property
    def log(self) -> Path:
        """Where its environments write."""

    @property
    def limit(self) -> int:
        """How many environments it may have."""

    @property
    def reserved(self) -> int:
        """How many of these are kept for calls from inside."""


StartSource = Callable[
    [Any, Callable[[Any], None]], Awaitable[Source]
]  # of a function; told when the source dies unasked
