"""Upstreams on loopback that do what a test tells them, to the byte, and remember what they were sent."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

BACKLOG, STOP_SECONDS = 16, 5


class Seen(NamedTuple):
    """A request as it arrived."""

    head: str
    body: bytes

    @property
    def line(self) -> str:
        """Its first line."""
        return self.head.partition("\r\n")[0]

    @property
    def target(self) -> str:
        """What its first line asks for."""
        return self.line.split(" ")[1]

    def all(self, name: str) -> list[str]:
        """The values of a header, in order."""
        pairs = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return [value.strip() for found, _, value in pairs if found.lower() == name]

    def one(self, name: str) -> str:
        """The one value of a header."""
        (value,) = self.all(name)
        return value


Script = Callable[[Seen], bytes | Iterable[bytes] | None]


def answer(body: bytes = b"{}", status: str = "200 OK", *lines: str) -> bytes:
    """An answer with a length."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""])
    return head.encode() + body


def say(body: bytes = b"{}", status: str = "200 OK", *lines: str) -> Script:
    """A script that always gives this answer."""
    return lambda _: answer(body, status, *lines)


def drop(_: Seen) -> None:
    """A script that closes the connection without a word."""


def slow(seconds: float) -> Script:
    """A script that takes its time."""

    def script(_: Seen) -> bytes:
        time.sleep(seconds)
        return answer()

    return script


def drip(pieces: int, seconds: float) -> Script:
    """A script whose answer comes in pieces with pauses."""

    def script(_: Seen) -> Iterable[bytes]:
        yield f"HTTP/1.1 200 OK\r\nContent-Length: {pieces}\r\n\r\n".encode()
        for piece in [b"x"] * pieces:
            time.sleep(seconds)
            yield piece

    return script


class Server:
    """Takes connections and answers each request by `script`; a script that gives None closes the connection."""

    def __init__(self) -> None:
        self.script: Script = say()
        self.seen: list[Seen] = []
        self.connections = 0
        self.closed = threading.Semaphore(0)  # released when a connection has been closed
        self.wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection  # TLS, say
        self.closes = False  # after each answer, as a server that ends idle connections does
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join(STOP_SECONDS)
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with contextlib.suppress(OSError), self.wrap(connection) as connection, connection.makefile("rb") as reader:  # noqa: PLR1704
            for seen in requests(reader.readline, reader.read):
                self.seen.append(seen)
                given = self.script(seen)
                if given is None:
                    break
                for piece in [given] if isinstance(given, bytes) else given:
                    connection.sendall(piece)
                if self.closes or (isinstance(given, bytes) and b"\r\nConnection: close\r\n" in given):
                    break
        self.closed.release()


def requests(readline: Callable[[], bytes], read: Callable[[int], bytes]) -> Iterator[Seen]:
    """The requests of a connection, one after another."""
    while True:
        lines = []
        while (line := readline()) not in (b"\r\n", b""):
            lines.append(line.decode("latin-1").rstrip("\r\n"))
        if not lines:
            return
        seen = Seen("\r\n".join(lines), b"")
        lengths = seen.all("content-length")
        yield seen._replace(body=read(int(lengths[0]))) if lengths else seen


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as it is needed."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()


def refused_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
