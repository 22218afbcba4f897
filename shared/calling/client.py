"""One upstream over a kept-alive connection: what is sent is to the byte, and a write is never sent twice.

The time allowed is that of the whole exchange, however slowly a server takes or gives. Why not one of the known clients:
docs/adr/0002.
"""

import select
import socket
import time
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.calling.wire import PAYLOAD_LIMIT, Answer, Headers, Malformed, Reader, TooLong, read_answer

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 55.0  # a connection that rested longer is not used again: load balancers close theirs after 60
SHORTEST = 0.001  # seconds: 0 would mean not to wait at all
JOINED_LIMIT = 64 * 1024  # bytes of a body up to which it is sent together with the head
PORTION = 16 * 1024  # bytes of a larger one between two looks at the clock: TLS takes no more at once


class Failure(Exception):
    """No answer, or none that can be passed on; the message is for the log."""


class Unreached(Failure):
    """No connection could be made: nothing was sent."""


class TimedOut(Failure):
    """The time was up."""


class Dropped(Failure):
    """The connection broke after something was sent, or what came back was no HTTP answer."""


class Oversized(Failure):
    """The answer is larger than was allowed."""


class Silent(Dropped):
    """The connection was closed before a byte came back, as one that was kept too long is."""


class Upstream:
    """A server at a base URL, and how many bytes a body of its may have.

    One call at a time; the connection is opened at the first, and kept.
    """

    def __init__(self, url: str, limit: int = PAYLOAD_LIMIT) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._address = parts.hostname or "", parts.port or (443 if self._secure else 80)
        self.authority, self._base = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
        self._limit = limit
        self._kept: socket.socket | None = None
        self._poll = select.poll()
        self._used = 0.0

    def send(
        self, method: str, target: str, headers: Headers, body: bytes | None, seconds: float, *, repeatable: bool
    ) -> Answer:
        """The answer to a request within some seconds; it may be sent twice only if `repeatable`. Raises a Failure."""
        until = time.monotonic() + seconds
        head = head_of(method, self._base + target, headers, body)
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, head, body, method, until)
            except Silent:
                if not repeatable:
                    raise
        return self._exchange(self._connect(until), head, body, method, until)

    def close(self) -> None:
        """Close the kept connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _take(self) -> socket.socket | None:
        """The kept connection, unless it rested too long or the server has closed it: then it would be readable."""
        connection, self._kept = self._kept, None
        if connection is None:
            return None
        if time.monotonic() - self._used < IDLE_SECONDS and not self._poll.poll(0):
            return connection
        connection.close()
        return None

    def _connect(self, until: float) -> socket.socket:
        until = min(until, time.monotonic() + CONNECT_SECONDS)
        try:
            connection = connected(self._address, until)
            if self._secure:
                set_timeout(connection, until)
                connection = secured(connection, self._address[0])
        except (OSError, ValueError) as error:  # ValueError: an address that no name or port can be
            raise Unreached(repr(error)) from error
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        return connection

    def _exchange(
        self, connection: socket.socket, head: bytes, body: bytes | None, method: str, until: float
    ) -> Answer:
        reader = Reader(connection, until, self._limit)
        try:
            send_all(connection, head, body, until)
            answer, keep = read_answer(reader, method)
            if keep:
                self._kept, self._used = connection, time.monotonic()
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except (OSError, EOFError) as error:
            raise (Dropped if reader.touched else Silent)(repr(error)) from error
        except Malformed as error:
            raise Dropped(str(error)) from error
        except TooLong as error:
            raise Oversized("too long") from error
        finally:
            if self._kept is not connection:
                connection.close()
        return answer


def head_of(method: str, target: str, headers: Headers, body: bytes | None) -> bytes:
    """A request's head; header values as they came over the wire: Latin-1, or UTF-8 where a gateway read them so."""
    lines = [f"{name}: {value}\r\n" for name, values in headers.items() for value in values]
    length = "" if body is None else f"content-length: {len(body)}\r\n"
    text = f"{method} {target} HTTP/1.1\r\n{''.join(lines)}{length}\r\n"
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def send_all(connection: socket.socket, head: bytes, body: bytes | None, until: float) -> None:
    """Send a request. A server that closes before it has read all may have answered already: that is for the reader."""
    set_timeout(connection, until)
    try:
        if not body:
            connection.sendall(head)
        elif len(body) <= JOINED_LIMIT:
            connection.sendall(head + body)
        else:
            connection.sendall(head)
            for start in range(0, len(body), PORTION):
                set_timeout(connection, until)
                connection.sendall(body[start : start + PORTION])
            set_timeout(connection, until)
    except (BrokenPipeError, ConnectionResetError):
        return


def connected(address: tuple[str, int], until: float) -> socket.socket:
    """A connection to a server, by whichever of its addresses takes one first. Raises OSError, when the time is up too."""
    error: OSError = TimeoutError()
    for family, kind, protocol, _, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            set_timeout(connection, until)
            connection.connect(place)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as failed:
            connection.close()
            error = failed
        else:
            return connection
    raise error


def set_timeout(connection: socket.socket, until: float) -> None:
    """Let the next operation on a connection wait until a time of the monotonic clock."""
    connection.settimeout(max(until - time.monotonic(), SHORTEST))


def secured(connection: socket.socket, host: str) -> socket.socket:
    """The connection under TLS, the server's certificate verified."""
    return tls_context().wrap_socket(connection, server_hostname=host)


@cache
def tls_context() -> "ssl.SSLContext":
    """What is trusted: read once, and not at all where upstreams are plain."""
    import ssl  # noqa: PLC0415 - as said

    return ssl.create_default_context()
