"""HTTP/1.1 for the stand-in: requests are answered one after the other on each connection, which is kept alive."""

import asyncio
import gzip
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

import httptools

from tests.legacy.messages import Answer, Request

# What a handler says: the seconds to wait first, and the answer; None closes the connection without one.
Handled = tuple[float, Answer | None]
Handler = Callable[[Request], Handled]

BODY_LIMIT: Final = 64 * 1024 * 1024  # bytes; above that the connection is closed
COMPRESS_FROM: Final = 1024  # bytes, as the old servers' production settings have it
BODILESS: Final = (204, 304)
STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Connection(asyncio.Protocol):
    """One caller's connection."""

    def __init__(self, handler: Handler, open_connections: set["Connection"]) -> None:
        self._handler, self._open = handler, open_connections
        self._parser: Any = httptools.HttpRequestParser(self)
        self._waiting: deque[Request] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._transport: Any = None
        self._begin()

    def _begin(self) -> None:
        self._target, self._headers, self._body, self._size = b"", list[tuple[str, str]](), list[bytes](), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._open.discard(self)
        if self._timer:
            self._timer.cancel()

    def close(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._transport.close()
        except httptools.HttpParserError:
            self._transport.write(BAD_REQUEST)
            self._transport.close()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._begin()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if any(name.lower() == "expect" and value.lower() == "100-continue" for name, value in self._headers):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self._size += len(body)
        if self._size > BODY_LIMIT:
            self.close()

    def on_message_complete(self) -> None:
        self._waiting.append(
            Request(
                self._parser.get_method().decode(),
                self._target.decode("latin-1"),
                self._headers,
                b"".join(self._body),
                self._parser.should_keep_alive(),
            )
        )
        self._go_on()

    # Answering.

    def _go_on(self) -> None:
        while self._waiting and self._timer is None and not self._transport.is_closing():
            request = self._waiting.popleft()
            seconds, answer = self._handler(request)
            if seconds:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(seconds, self._answer_late, request, answer)
            else:
                self._answer(request, answer)

    def _answer_late(self, request: Request, answer: Answer | None) -> None:
        self._timer = None
        self._answer(request, answer)
        self._go_on()

    def _answer(self, request: Request, answer: Answer | None) -> None:
        if answer is None:
            self.close()
            return
        self._transport.write(encoded(request, answer))
        if not request.keep_alive:
            self._transport.close()


def encoded(request: Request, answer: Answer) -> bytes:
    """An answer as it goes over the wire."""
    headers, body = answer.headers, answer.body
    if len(body) >= COMPRESS_FROM and "gzip" in (request.header("accept-encoding") or ""):
        headers, body = [*headers, ("Content-Encoding", "gzip")], gzip.compress(body, 1, mtime=0)
    lines = [STATUS_LINES[answer.status]]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    if answer.status not in BODILESS:
        lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append(
        f"Connection: {'keep-alive' if request.keep_alive else 'close'}\r\nDate: {formatdate(usegmt=True)}\r\n\r\n"
    )
    head = "".join(lines).encode("latin-1", "replace")
    return head if request.method == "HEAD" else head + body


async def serve(
    handler: Handler, host: str, port: int, stop: asyncio.Event, ready: Callable[[int], None] | None = None
) -> None:
    """Serve until `stop` is set; `ready` is told the port, once it is open. OSError when the port is taken."""
    connections: set[Connection] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(handler, connections), host, port, backlog=1024)
    if ready:
        ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    for connection in list(connections):
        connection.close()
