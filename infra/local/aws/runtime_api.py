"""Lambda's Runtime API (2018-06-01) for one environment, on a port of its own: its process asks here for the next event.

Answers are JSON texts as the function's process sends them; what it does wrong becomes a FunctionError.
"""

import asyncio
import time
import uuid
from dataclasses import dataclass, field

import orjson

from infra.local.environments.environment import Failed
from infra.local.environments.wire import PAYLOAD_LIMIT
from infra.local.gateway.answer import Answer, json_answer
from infra.local.gateway.connection import Connection
from infra.local.gateway.request import Request
from infra.local.gateway.server import HOST

BASE = "/2018-06-01/runtime/"
NEXT, INIT_ERROR, INVOCATION = f"{BASE}invocation/next", f"{BASE}init/error", f"{BASE}invocation/"
ACCEPTED = {"status": "OK"}
TOO_LARGE = "Function.ResponseSizeTooLarge"


class FunctionError(Failed):
    """The function raised, or broke a limit of Lambda's; `payload` is what Lambda hands to the one who invoked it."""

    def __init__(self, payload: bytes) -> None:
        try:
            told = orjson.loads(payload)
            super().__init__(f"{told.get('errorType')}: {told.get('errorMessage')}")
        except (ValueError, AttributeError):
            super().__init__("the function raised")
            told = {}
        self.payload = payload
        self.kind: str | None = told.get("errorType")

    @classmethod
    def of(cls, kind: str, text: str) -> "FunctionError":
        """One that Lambda itself tells."""
        return cls(orjson.dumps({"errorType": kind, "errorMessage": text}))


@dataclass
class Invocation:
    """One event under way, and when it must have been answered, in seconds since 1970."""

    event: bytes
    deadline: float
    answer: asyncio.Future[bytes]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


class RuntimeApi:
    """The API's end: events go in by `hand_out`, answers come back on the invocation's future."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._loop = asyncio.get_running_loop()
        self._connections: set[Connection] = set()
        self._asked: asyncio.Future[Invocation | None] | None = None  # by a process that waits for an event
        self._queued: Invocation | None = None  # by us, for a process that has not asked yet
        self._current: Invocation | None = None
        self.started: asyncio.Future[bytes | None] = (
            self._loop.create_future()
        )  # None, or the payload that tells why not
        self._server: asyncio.Server

    async def listen(self) -> str:
        """Listen on loopback; gives the address that the process is told."""
        self._server = await self._loop.create_server(lambda: Connection(self._answer, self._connections), HOST, 0)
        return f"{HOST}:{self._server.sockets[0].getsockname()[1]}"

    @property
    def fault(self) -> bytes | None:
        """Why the process is not ready, and will not be; None where it is, or may be."""
        return self.started.result() if self.started.done() else None

    def fail(self, text: str) -> None:
        """The process did not become ready, where nothing else was heard of it yet."""
        if not self.started.done():
            self.started.set_result(FunctionError.of("Runtime.ExitError", text).payload)

    def hand_out(self, invocation: Invocation) -> None:
        """Give the process its next event."""
        self._current = invocation
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(invocation)
        else:
            self._queued = invocation

    def close(self) -> None:
        """Stop listening, and let go of a process that waits."""
        self._server.close()
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)
        self.fail("The process ended before it was ready; its log tells why")
        for connection in list(self._connections):
            connection.finish()

    async def _answer(self, request: Request) -> Answer:
        if request.target == NEXT:
            return await self._next()
        if request.target == INIT_ERROR and not self.started.done():
            self.started.set_result(request.body)
            return json_answer(202, ACCEPTED)
        told, _, kind = request.target.removeprefix(INVOCATION).partition("/")
        current = self._current
        if current is None or told != current.id or current.answer.done():
            return json_answer(400, {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
        if kind == "error":
            current.answer.set_exception(FunctionError(request.body))
        elif request.body_size > PAYLOAD_LIMIT:
            text = f"Response payload size ({request.body_size} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
            current.answer.set_exception(FunctionError.of(TOO_LARGE, text))
            return json_answer(413, {"errorType": "RequestEntityTooLarge", "errorMessage": text})
        else:
            current.answer.set_result(request.body)
        return json_answer(202, ACCEPTED)

    async def _next(self) -> Answer:
        if not self.started.done():
            self.started.set_result(None)
        invocation, self._queued = self._queued, None
        if invocation is None:
            self._asked = self._loop.create_future()
            invocation = await self._asked
        if invocation is None:
            return json_answer(410, {"errorType": "Ended", "errorMessage": "The environment has ended"})
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", str(int(invocation.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", self._arn),
            (
                "Lambda-Runtime-Trace-Id",
                f"Root=1-{int(time.time()):08x}-{invocation.id.replace('-', '')[:24]};Sampled=0",
            ),
        ]
        return Answer(200, headers, invocation.event)
