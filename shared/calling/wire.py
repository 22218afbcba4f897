"""An answer off the wire: HTTP/1.1 framing by RFC 9112, strictly. What could be read in two ways is Malformed."""

import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import socket

PAYLOAD_LIMIT = 6 * 1024 * 1024  # bytes that Lambda takes, and gives, in one call
RECEIVE = 32 * 1024  # bytes asked of the socket at once
HEAD_LIMIT = 256 * 1024  # bytes of a status line and headers
LINE_LIMIT = 4096  # bytes of a chunk's or a trailer's line
LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII).fullmatch
STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: |\r|$)").match
FOLD = re.compile(r"\r\n[ \t]+")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;|$)").match
NO_CONTENT, NOT_MODIFIED, SWITCHING, FINAL = 204, 304, 101, 200

Headers = Mapping[str, list[str]]
"""Header fields by lower-case name, repeated ones apart."""


class Malformed(Exception):
    """What came is no HTTP answer, or one that could be read in two ways."""


class TooLong(Exception):
    """The body is longer than the reader's limit."""


class Answer(NamedTuple):
    """What an upstream answered: its final head and its body, neither decoded nor unpacked."""

    status: int
    headers: dict[str, list[str]]
    body: bytes


class Reader:
    """The bytes of a connection until a time of the monotonic clock; then TimeoutError. EOFError at their end.

    A body may have `limit` bytes.
    """

    __slots__ = ("_socket", "_until", "data", "limit", "touched")

    def __init__(self, connection: "socket.socket", until: float, limit: int = PAYLOAD_LIMIT) -> None:
        self._socket, self._until, self.limit = connection, until, limit
        self.data, self.touched = b"", False

    def fill(self) -> None:
        """Put what comes next behind `data`."""
        if self.touched:  # the first wait has the timeout that the sending had
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
        more = self._socket.recv(RECEIVE)
        if not more:
            raise EOFError
        self.touched = True
        self.data = self.data + more if self.data else more

    def before(self, mark: bytes, limit: int) -> bytes:
        """What comes before a mark, which is left out too."""
        while (end := self.data.find(mark)) < 0:
            if len(self.data) > limit:
                raise Malformed("a line or a head without an end")
            self.fill()
        found, self.data = self.data[:end], self.data[end + len(mark) :]
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes."""
        parts, missing = [], size - len(self.data)
        while missing > 0:
            parts.append(self.data)
            self.data = b""
            self.fill()
            missing -= len(self.data)
        if parts:
            self.data = b"".join([*parts, self.data])
        found, self.data = self.data[:size], self.data[size:]
        return found

    def rest(self) -> bytes:
        """All that comes until the connection is closed."""
        parts, size = [self.data], len(self.data)
        self.data = b""
        try:
            while size <= self.limit:
                self.fill()
                parts.append(self.data)
                size += len(self.data)
                self.data = b""
        except EOFError:
            return b"".join(parts)
        raise TooLong


def read_answer(reader: Reader, method: str) -> tuple[Answer, bool]:
    """The answer to a request, and whether its connection may be used again. Interim answers are passed over."""
    while True:
        head = reader.before(b"\r\n\r\n", HEAD_LIMIT).decode("latin-1")
        start = STATUS_LINE(head)
        if start is None:
            raise Malformed("no status line")
        status = int(start[2])
        if status >= FINAL:
            break
        if status == SWITCHING:
            raise Malformed("an upgrade that nobody asked for")
    headers = read_headers(head)
    body, delimited = read_body(reader, method, status, headers)
    keep = delimited and not reader.data and may_keep(start[1], headers)
    return Answer(status, headers, body), keep


def read_headers(head: str) -> dict[str, list[str]]:
    """The headers by lower-case name, repeated ones apart."""
    if "\r\n " in head or "\r\n\t" in head:
        head = FOLD.sub(" ", head)
    headers: dict[str, list[str]] = {}
    for line in head.split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed("a header without a value")
        name = name.lower()
        if name in headers:
            headers[name].append(value.strip(" \t"))
        else:
            headers[name] = [value.strip(" \t")]
    names = "".join(headers)
    if " " in names or "\t" in names or "\n" in head.replace("\r\n", ""):
        raise Malformed("a header's name holds what a name cannot")
    return headers


def may_keep(version: str, headers: Headers) -> bool:
    """Does the server leave its connection open? By its HTTP version and its Connection header."""
    if "connection" not in headers:
        return version == "1"
    wishes = ",".join(headers["connection"]).lower()
    return "close" not in wishes and (version == "1" or "keep-alive" in wishes)


def read_body(reader: Reader, method: str, status: int, headers: Headers) -> tuple[bytes, bool]:
    """The body, and whether its end is told by something else than the connection's."""
    length = length_of(headers["content-length"]) if "content-length" in headers else None
    if method == "HEAD" or status in (NO_CONTENT, NOT_MODIFIED):
        return b"", True
    if "transfer-encoding" in headers:
        if [coding.lower() for coding in headers["transfer-encoding"]] != ["chunked"]:
            raise Malformed("a transfer coding that is not known")
        return read_chunks(reader), length is None
    if length is None:
        return reader.rest(), False
    if length > reader.limit:
        raise TooLong
    return reader.exactly(length), True


def length_of(values: list[str]) -> int:
    """The one length that Content-Length tells."""
    length = values[0]
    if any(other != length for other in values) or not LENGTH(length):
        raise Malformed("a length that is no number, or two lengths")
    return int(length)


def read_chunks(reader: Reader) -> bytes:
    """A chunked body; its trailers are read and left out."""
    parts: list[bytes] = []
    total = 0
    while True:
        size = CHUNK_SIZE(reader.before(b"\r\n", LINE_LIMIT))
        if size is None:
            raise Malformed("a chunk without a size")
        length = int(size[1], 16)
        total += length
        if total > reader.limit:
            raise TooLong
        if length == 0:
            while reader.before(b"\r\n", LINE_LIMIT):
                pass
            return b"".join(parts)
        parts.append(reader.exactly(length))
        if reader.exactly(2) != b"\r\n":
            raise Malformed("a chunk that is longer than it says")
