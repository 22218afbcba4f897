"""Environments of a deployed function: where its code lies, what its process is told, and how it is started."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local.aws.facts import FunctionFacts
from infra.local.aws.microvm import MEGABYTE, MicroVm
from infra.local.aws.runtime_api import RuntimeApi
from infra.local.environments.context import stream_name

START_SECONDS = 60.0  # Lambda gives 10, on a machine that does nothing else
LAUNCH = Path(__file__).with_name("launch.py")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local"}
SPARE_MEGABYTES = 256  # of address space, beside twice the function's memory: what it really takes is weighed


@dataclass(frozen=True)
class Ground:
    """What all functions' processes stand on: the runtime's packages, the stack's folder, where AWS is."""

    runtime: Path
    folder: Path
    endpoint: str


@dataclass(frozen=True)
class DeployedFunction:
    """A version of a function as its pool knows it."""

    facts: FunctionFacts
    ground: Ground
    log: Path
    limit: int
    reserved: int

    @property
    def name(self) -> str:
        """The function's name."""
        return self.facts.name


class ZipSource:
    """Starts environments of one state of a function, and knows those that live."""

    def __init__(self, function: DeployedFunction) -> None:
        self._function = function
        self._environments: set[MicroVm] = set()

    @classmethod
    async def start(cls, function: DeployedFunction, _: Callable[["ZipSource"], None]) -> "ZipSource":
        """Ready at once: nothing is imported before the first call, as at Lambda."""
        return cls(function)

    async def fork(self, ended: Callable[[MicroVm], None]) -> MicroVm:
        """A new environment that is ready for a call, or to tell why it is not."""

        def end(environment: MicroVm) -> None:
            self._environments.discard(environment)
            ended(environment)

        facts = self._function.facts
        api = RuntimeApi(facts.arn if facts.version == "$LATEST" else facts.qualified)
        environ = environ_of(facts, self._function.ground, await api.listen())
        environment = MicroVm(facts, api, end)
        self._environments.add(environment)
        try:
            await environment.start(self._command(), environ, self._function.log, START_SECONDS)
        except OSError:
            self._environments.discard(environment)
            api.close()
            raise
        return environment

    def owns(self, environment: MicroVm) -> bool:
        """Was this environment started here, and does it live?"""
        return environment.alive and environment in self._environments

    def retire(self) -> None:
        """Nothing: the pool ends idle environments, and those that are busy end when their call has."""

    def stop(self) -> None:
        """End all environments at once."""
        for environment in list(self._environments):
            environment.kill()

    def _command(self) -> list[str]:
        facts, ground = self._function.facts, self._function.ground
        plan = {
            "parent": os.getpid(),
            "locked": [facts.code, *facts.layers],
            "kept": [str(ground.folder), sys.prefix, sys.base_prefix],
            "tmp": str(ground.folder / "tmp" / facts.name),
            "tmp_megabytes": facts.tmp,
            "data_bytes": (2 * facts.memory + SPARE_MEGABYTES) * MEGABYTE,
            "command": [sys.executable, "-S", "-m", "awslambdaric", facts.handler],
        }
        return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps(plan)]


def environ_of(facts: FunctionFacts, ground: Ground, runtime_api: str) -> dict[str, str]:
    """A function's whole environment: what Lambda sets, where the local AWS is, and the function's own variables."""
    layers = [
        f"{layer}/{place}"
        for layer in facts.layers
        for place in (f"python/lib/{facts.runtime}/site-packages", "python")
    ]
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join([*layers, str(ground.runtime)]),
        "LAMBDA_TASK_ROOT": facts.code,
        "LAMBDA_RUNTIME_DIR": str(ground.runtime),
        "_HANDLER": facts.handler,
        "AWS_REGION": facts.region,
        "AWS_DEFAULT_REGION": facts.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{facts.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": facts.name,
        "AWS_LAMBDA_FUNCTION_VERSION": facts.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(facts.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{facts.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream_name(facts.version),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_ENDPOINT_URL": ground.endpoint,
        **CREDENTIALS,
        **facts.environment,
    }
