"""The functions that are deployed now: a pool for each version, kept in step with what the fakes tell."""

import sys
from collections.abc import Callable
from pathlib import Path

from infra.local.aws.facts import Deployed, FunctionFacts, qualified
from infra.local.aws.runtime_api import FunctionError
from infra.local.aws.zip_source import DeployedFunction, Ground, ZipSource
from infra.local.environments.pool import CALL_SECONDS, Pool
from infra.local.stack.settings import FACADE_LIMIT, FACADE_RESERVED

AT_ONCE = 4  # environments of one function that start at a time: each takes a processor for most of a second
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


class NoFunction(Exception):
    """No function has that ARN; the message is a sentence."""


class Functions:
    """Pools by the functions' qualified ARNs."""

    def __init__(self, ground: Ground, log_of: Callable[[str], Path], say: Callable[[str], None]) -> None:
        self.pools: dict[str, Pool] = {}
        self._ground, self._log_of, self._say = ground, log_of, say
        self._aliases: dict[str, str] = {}
        self._facts: dict[str, FunctionFacts] = {}
        self._logs: dict[str, Path] = {}

    async def take_up(self, deployed: Deployed) -> None:
        """Bring the pools to what is deployed: new calls get new code, running ones end on the old."""
        self._aliases = dict(deployed.aliases)
        wanted = {facts.qualified: facts for facts in deployed.functions}
        for arn in self._facts.keys() - wanted.keys():
            self.pools.pop(arn).retire()
        for arn, facts in wanted.items():
            if arn not in self.pools:
                self.pools[arn] = await self._new_pool(facts)
            elif facts != self._facts[arn]:
                await self.pools[arn].reload(self._function(facts))
        self._facts = wanted

    async def _new_pool(self, facts: FunctionFacts) -> Pool:
        pool = Pool(self._function(facts), self._say, ZipSource.start, at_once=AT_ONCE, queue_seconds=CALL_SECONDS)
        await pool.start()
        return pool

    def _function(self, facts: FunctionFacts) -> DeployedFunction:
        if facts.name not in self._logs:
            self._logs[facts.name] = self._log_of(facts.name)
            self._logs[facts.name].touch()
        limit = FACADE_LIMIT if facts.concurrency is None else facts.concurrency
        reserved = limit * FACADE_RESERVED // FACADE_LIMIT
        return DeployedFunction(facts, self._ground, self._logs[facts.name], limit, reserved)

    def facts_of(self, arn: str) -> FunctionFacts:
        """The version that an ARN means, with or without a qualifier. Raises NoFunction."""
        wanted = qualified(arn)
        try:
            return self._facts[self._aliases.get(wanted, wanted)]
        except KeyError:
            raise NoFunction(f"There is no function {arn}.") from None

    async def invoke(self, arn: str, event: bytes, *, inner: bool = False, seconds: float = CALL_SECONDS) -> bytes:
        """A function's result, as JSON. Raises NoFunction, FunctionError, Throttled, TooLarge, TimedOut or Failed."""
        facts = self.facts_of(arn)
        if facts.runtime != RUNTIME:
            text = (
                f"{facts.name} is for {facts.runtime}, and this stack runs {RUNTIME}: start it with the other Python."
            )
            raise FunctionError.of("Runtime.InvalidRuntime", text)
        return await self.pools[facts.qualified].call(event, inner=inner, seconds=seconds)
