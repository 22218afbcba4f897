"""Other servers behind the gateway, asked over HTTP/1.1 on kept connections; their answers whole, or as they come."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from infra.local.gateway.answer import BODILESS, OURS, Answer

CONNECT_SECONDS = 5.0
HEAD_LIMIT, PIECE = 64 * 1024, 64 * 1024  # bytes
KEPT_CONNECTIONS = 64  # for each server


class Unreachable(Exception):
    """The server cannot be asked, or broke off; the message says why."""


class LargeAnswer(Exception):
    """The answer is larger than what is taken whole."""


@dataclass
class Line:
    """A connection to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fresh: bool = True


class Upstreams:
    """All servers, each with the connections that are idle now."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str, int], list[Line]] = defaultdict(list)

    async def send(
        self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, *, whole: int | None
    ) -> Answer:
        """A server's answer: whole where it has at most `whole` bytes, or as a stream where that is None.

        Raises Unreachable, and LargeAnswer. The caller sets the deadline.
        """
        parts = urlsplit(url)
        server = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        lines = [
            f"{method} {parts.path or '/'}{f'?{parts.query}' if parts.query else ''} HTTP/1.1",
            f"Host: {parts.netloc}",
        ]
        lines += [f"{name}: {value}" for name, value in headers if name.lower() not in OURS | {"host"}]
        if body or method in {"POST", "PUT", "PATCH"}:
            lines.append(f"Content-Length: {len(body)}")
        sent = "\r\n".join((*lines, "", "")).encode("latin-1") + body
        line, head = await self._ask(server, sent)
        answer = head_of(head)
        pieces = self._pieces(server, line, answer, method)
        if whole is None:
            answer.stream = pieces
            return answer
        answer.body = await gathered(pieces, whole)
        return answer

    async def _ask(self, server: tuple[str, str, int], sent: bytes) -> tuple[Line, bytes]:
        """Send, and read the answer's head; a kept connection that the server has closed meanwhile is replaced."""
        while True:
            line = self._idle[server].pop() if self._idle[server] else await connected(server)
            try:
                line.writer.write(sent)
                await line.writer.drain()
                return line, await line.reader.readuntil(b"\r\n\r\n")
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                line.writer.close()
                if line.fresh:
                    raise Unreachable(f"{server[1]}:{server[2]} broke off: {error}") from error
            except BaseException:
                line.writer.close()
                raise

    async def _pieces(
        self, server: tuple[str, str, int], line: Line, answer: Answer, method: str
    ) -> AsyncIterator[bytes]:
        """The body's pieces; the connection is kept when the last has been read."""
        told = {name.lower(): value for name, value in answer.headers}
        done = False
        try:
            if method == "HEAD" or answer.status in BODILESS:
                done = True
            elif "chunked" in told.get("transfer-encoding", "").lower():
                async for piece in chunks(line.reader):
                    yield piece
                done = True
            elif "content-length" in told:
                left = int(told["content-length"])
                while left:
                    piece = await line.reader.read(min(left, PIECE))
                    if not piece:
                        raise EOFError("the server broke off")
                    left -= len(piece)
                    yield piece
                done = True
            else:
                while piece := await line.reader.read(PIECE):
                    yield piece
        finally:
            if done and told.get("connection", "").lower() != "close" and len(self._idle[server]) < KEPT_CONNECTIONS:
                line.fresh = False
                self._idle[server].append(line)
            else:
                line.writer.close()

    def close(self) -> None:
        """Close all idle connections."""
        for lines in self._idle.values():
            for line in lines:
                line.writer.close()
        self._idle.clear()


async def connected(server: tuple[str, str, int]) -> Line:
    """A new connection. Raises Unreachable."""
    scheme, host, port = server
    context = ssl.create_default_context() if scheme == "https" else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return Line(*await asyncio.open_connection(host, port, ssl=context, limit=HEAD_LIMIT))
    except (OSError, TimeoutError) as error:
        raise Unreachable(f"{host}:{port} cannot be reached: {error or 'it does not answer'}") from error


def head_of(head: bytes) -> Answer:
    """Status and headers of an answer. Raises Unreachable where they are none."""
    first, *rest = head.decode("latin-1").split("\r\n")
    with suppress(ValueError, IndexError):
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in rest if line)]
        return Answer(int(first.split()[1]), headers)
    raise Unreachable("its answer is not HTTP")


async def chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The pieces of a chunked body (RFC 9112 7.1). Raises EOFError or ValueError where it breaks off."""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        while size:
            piece = await reader.read(min(size, PIECE))
            if not piece:
                raise EOFError("the server broke off")
            size -= len(piece)
            yield piece
        await reader.readline()
    while (await reader.readline()).strip():
        pass  # trailers


async def gathered(pieces: AsyncIterator[bytes], most: int) -> bytes:
    """All pieces. Raises Unreachable where they break off, LargeAnswer where they are too many bytes."""
    body = bytearray()
    try:
        async for piece in pieces:
            body += piece
            if len(body) > most:
                raise LargeAnswer
    except (OSError, ValueError, EOFError) as error:
        raise Unreachable(f"it broke off: {error}") from error
    return bytes(body)
