"""A server that answers every request alike over kept-alive connections, as fast as it can: `python -m … `.

Prints its port, and ends when its standard input is closed.
"""

import asyncio
import sys

BODY = b'{"id":4711,"siteCode":"RJ121","siteName":"Guy\'s Hospital","status":"CURRENT","address":"%s"}' % (b"x" * 300)
HEADERS = (
    "Content-Type: application/json;charset=UTF-8",
    "X-Content-Type-Options: nosniff",
    "X-XSS-Protection: 1; mode=block",
    "Cache-Control: no-cache, no-store, max-age=0, must-revalidate",
    "Pragma: no-cache",
    "Expires: 0",
    "X-Frame-Options: DENY",
    "Date: Tue, 24 Nov 2026 09:00:00 GMT",
    f"Content-Length: {len(BODY)}",
)
ANSWER = "\r\n".join(("HTTP/1.1 200 OK", *HEADERS, "", "")).encode() + BODY


class Connection(asyncio.Protocol):
    """Answers each head that ends; bodies are not expected."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        self._transport, self._received = transport, b""

    def data_received(self, data: bytes) -> None:
        """Something of a request has come."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            self._received = self._received.partition(b"\r\n\r\n")[2]
            self._transport.write(ANSWER)  # type: ignore[attr-defined]


async def serve() -> None:
    """Serve until standard input is closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
