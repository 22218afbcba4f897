"""One client's connection: HTTP/1.1 parsed by httptools, requests answered whole and in order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast

import httptools

from infra.local.gateway.answer import Answer, message, written
from infra.local.gateway.limits import BODY_LIMIT, DISCARD_LIMIT, LINE_LIMIT, TooMuch
from infra.local.gateway.request import Request
from infra.local.gateway.streaming import has_body, pour

PIPELINE_LIMIT = 8  # requests that wait for their turn on one connection, before it is read no further
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

Answerer = Callable[[Request], Awaitable[Answer]]


class Connection(asyncio.Protocol):
    """Reads requests, has them answered one after another, and keeps the connection as the client asks."""

    def __init__(self, answer: Answerer, connections: set["Connection"]) -> None:
        self.heard = 0.0  # when bytes last moved, by the loop's clock
        self._answer, self._connections = answer, connections
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._pieces: list[bytes] = []
        self._target = b""
        self._queue: deque[Request] = deque()
        self._task: asyncio.Task[None] | None = None
        self._peer = ""
        self._last = False  # no further request is awaited
        self._fault: TooMuch | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport

    @property
    def busy(self) -> bool:
        """Is a request being answered?"""
        return self._task is not None

    @property
    def between_requests(self) -> bool:
        """Has nothing of a next request arrived?"""
        return self._task is None and not self._target and not self._request.header_size

    def finish(self) -> None:
        """Close after the request that is being answered, or now where there is none."""
        self._last = True
        if not self.busy:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's word that a client has come."""
        self._transport = cast("asyncio.Transport", transport)
        self._peer = (transport.get_extra_info("peername") or ("127.0.0.1",))[0]
        self._connections.add(self)
        self.heard = self._loop.time()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client has gone; as at API Gateway, the function finishes all the same."""
        self._last = True
        self._queue.clear()
        self._connections.discard(self)
        self._writable.set()

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, which calls the `on_` methods below."""
        self.heard = self._loop.time()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._last = True  # we speak nothing else: the request is answered as if it had not asked
        except httptools.HttpParserCallbackError as error:
            self._refuse(error.__context__ if isinstance(error.__context__, TooMuch) else TooMuch(400, "Bad Request"))
        except httptools.HttpParserError:
            self._refuse(TooMuch(400, "Bad Request"))

    def eof_received(self) -> bool:
        """The client sends no more, but may still read: it gets its answers."""
        self._last = True
        return self.busy

    def _refuse(self, fault: TooMuch) -> None:
        """Answer what cannot be read on from, after what came before it, and close."""
        self._last, self._fault = True, self._fault or fault
        if not self.busy:
            self._end()

    def _end(self) -> None:
        if self._fault is not None and not self._transport.is_closing():
            answer = message(self._fault.status, self._fault.text)
            self._transport.write(written(answer, method="", keep_alive=False))
        self._transport.close()

    def on_message_begin(self) -> None:
        """A request starts."""
        self._request, self._pieces, self._target = Request(peer=self._peer), [], b""

    def on_url(self, piece: bytes) -> None:
        """The target, or a piece of it."""
        self._target += piece
        if len(self._target) > LINE_LIMIT:
            raise TooMuch(414, "Request-URI Too Long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole."""
        request = self._request
        request.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        request.header_size += len(name) + len(value)
        if request.header_size > LINE_LIMIT:
            raise TooMuch(431, "Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        """The body is next; a client that asks whether to send it is told to."""
        expected = self._request.header("expect")
        if expected is not None and expected.lower() == "100-continue" and not self.busy:
            self._transport.write(CONTINUE)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body; what is too much is counted, and not kept."""
        request = self._request
        request.body_size += len(piece)
        if request.body_size <= BODY_LIMIT:
            self._pieces.append(piece)
        elif request.body_size > DISCARD_LIMIT:
            raise TooMuch(413, "Request Too Long")

    def on_message_complete(self) -> None:
        """The request is whole: answer it, or queue it behind the one before."""
        request = self._request
        request.method = self._parser.get_method().decode("latin-1")
        request.target = self._target.decode("latin-1")
        request.body = b"".join(self._pieces)
        request.keep_alive = self._parser.should_keep_alive()
        self._request, self._pieces, self._target = Request(), [], b""
        self._queue.append(request)
        if self._task is None:
            self._task = self._loop.create_task(self._answer_queue())
        elif len(self._queue) >= PIPELINE_LIMIT:
            self._transport.pause_reading()

    async def _answer_queue(self) -> None:
        while self._queue and not self._transport.is_closing():
            request = self._queue.popleft()
            answer = await self._answer(request)
            follows = bool(self._queue) or self._fault is not None or not self._last
            keep_alive = request.keep_alive and follows
            if answer.stream is not None and has_body(answer, request.method):
                await pour(answer, answer.stream, self._transport, self._writable, keep_alive=keep_alive)
                self.heard = self._loop.time()
            elif not self._transport.is_closing():
                self._transport.write(written(answer, method=request.method, keep_alive=keep_alive))
                self.heard = self._loop.time()
                if len(self._queue) == PIPELINE_LIMIT - 1:
                    self._transport.resume_reading()
            if not keep_alive:
                self._last = True
                self._queue.clear()
        self._task = None
        if self._last:
            self._end()
