"""A local AWS of its own for tests: the fakes' process, and the gateway on a thread, without databases or old servers."""

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import uvloop
from botocore.config import Config

from infra.local.aws.edge import Edge
from infra.local.aws.functions import RUNTIME, Functions
from infra.local.aws.ruling import Ruling
from infra.local.aws.runtime import runtime_packages
from infra.local.aws.zip_source import Ground
from infra.local.environments.context import REGION
from infra.local.gateway.server import Server, open_socket
from infra.local.stack.folder import StackFolder
from tests.unit.local.running import Reply

WAIT = 40  # seconds
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def zipped(code: str, **files: str) -> bytes:
    """A package that holds `app.py` and other files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in {"app.py": textwrap.dedent(code), **files}.items():
            file.writestr(name, text)
    return content.getvalue()


@dataclass
class RunningAws:
    port: int
    endpoint: str
    folder: StackFolder
    functions: Functions
    loop: asyncio.AbstractEventLoop
    said: list[str]
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of boto3's."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.endpoint,
                aws_access_key_id="local",
                aws_secret_access_key="local",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=WAIT),
            )
        return self._clients[service]

    def deploy(self, name: str, code: str, **more: Any) -> str:
        """Make a function whose handler is `app.handler`, or give it new code; its ARN."""
        client = self.client("lambda")
        try:
            found = client.update_function_code(FunctionName=name, ZipFile=zipped(code))
        except client.exceptions.ResourceNotFoundException:
            found = client.create_function(
                FunctionName=name,
                Role=ROLE,
                Code={"ZipFile": zipped(code)},
                **{"Runtime": RUNTIME, "Handler": "app.handler", "Timeout": 10, "MemorySize": 128, **more},
            )
        return str(found["FunctionArn"])

    def invoke(self, name: str, event: Any = None, **more: Any) -> tuple[Any, str | None]:
        """A function's result, and the kind of its error."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **more)
        content = answer["Payload"].read()
        return json.loads(content) if content else None, answer.get("FunctionError")

    def publish(self, paths: Mapping[str, Any], **document: Any) -> str:
        """Make an API of OpenAPI paths and deploy it to stage `local`; its address."""
        told = {"openapi": "3.0.1", "info": {"title": "test", "version": "1"}, "paths": paths, **document}
        gateway = self.client("apigateway")
        api = gateway.import_rest_api(body=json.dumps(told))["id"]
        gateway.create_deployment(restApiId=api, stageName="local")
        return f"/_api/{api}/local"

    def ask(
        self, target: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        try:
            connection.request(method, target, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT)


def proxy(arn: str) -> dict[str, Any]:
    """An operation that calls a function."""
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}


def await_that(condition: Callable[[], bool], seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def running_aws(root: Path) -> Iterator[RunningAws]:
    """It runs for the length of a block."""
    folder = StackFolder.of(1, root)
    listener, control, fakes = open_socket(0), open_socket(0), socket.create_server(("127.0.0.1", 0))
    endpoint = f"http://127.0.0.1:{fakes.getsockname()[1]}"
    module = [sys.executable, "-m", "infra.local.aws.fakes", str(fakes.fileno()), REGION, str(folder.path)]
    with fakes, (root / "fakes.log").open("wb") as log:
        process = subprocess.Popen(
            [*module, str(control.getsockname()[1]), str(os.getpid())], pass_fds=[fakes.fileno()], stderr=log
        )
    loop, said = uvloop.new_event_loop(), list[str]()
    ground = Ground(runtime_packages(folder.path / "runtime"), folder.path, endpoint)
    functions = Functions(ground, folder.log, said.append)
    edge = Edge(functions, {}, "tis", said.append)
    servers = Server(edge.answer, functions.pools), Server(Ruling(edge, functions).answer, {})
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    port: int = listener.getsockname()[1]
    aws = RunningAws(port, endpoint, folder, functions, loop, said)
    try:
        for server, one in zip(servers, (listener, control), strict=True):
            aws.run(server.start(one))
        role = partial(aws.client("iam").create_role, RoleName="any", AssumeRolePolicyDocument=TRUST)
        role()
        yield aws
    finally:
        process.kill()
        process.wait()
        aws.run(end(edge, servers))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT)
        loop.close()
        for client in aws._clients.values():
            client.close()


async def end(edge: Edge, servers: tuple[Server, ...]) -> None:
    for server in servers:
        server.stop()
    edge.upstreams.close()
    await asyncio.sleep(0.2)  # processes and connections end on the loop's next turns
