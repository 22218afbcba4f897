"""Answers off the wire: however they are cut into pieces they read alike, and what is ambiguous is refused."""

import socket
import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calling.wire import PAYLOAD_LIMIT, Answer, Malformed, Reader, TooLong, read_answer

OK = b"HTTP/1.1 200 OK\r\n"


class Pieces:
    """A connection from which pieces come, and then its end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter([piece for piece in pieces if piece])

    def settimeout(self, _: float) -> None:
        """As a socket's."""

    def recv(self, _: int) -> bytes:
        """The next piece."""
        return next(self._pieces, b"")


def read(*pieces: bytes, method: str = "GET") -> tuple[Answer, bool]:
    """The answer in some pieces, and whether the connection may be kept."""
    return read_answer(Reader(Pieces(pieces), time.monotonic() + 5), method)  # type: ignore[arg-type]


WHOLE = (
    b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX-Long: b\r\n  c\r\nset-cookie: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4\r\nabcd\r\n00A;name=x\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_answer_reads_alike_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(places)]
    answer, keep = read(*pieces)
    assert (answer.status, answer.body, keep) == (200, b"abcd0123456789", True)
    assert answer.headers == {"set-cookie": ["a", "d"], "x-long": ["b c"], "transfer-encoding": ["chunked"]}


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_refused(blob: bytes) -> None:
    for start in (b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n"):
        try:
            answer, _ = read(start + blob)
        except (Malformed, EOFError, TooLong):
            continue
        assert 200 <= answer.status <= 599


@pytest.mark.parametrize(
    ("head", "method", "body", "keep"),
    [
        (b"Content-Length: 2\r\n\r\n{}", "GET", b"{}", True),
        (b"Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}", "GET", b"{}", True),
        (b"Content-Length: 2\r\nConnection: Close\r\n\r\n{}", "GET", b"{}", False),
        (b"Content-Length: 2\r\n\r\n", "HEAD", b"", True),
        (b"\r\nuntil the end", "GET", b"until the end", False),
        (b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200", "GET", b"{}", False),
        (b"Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "GET", b"{}", False),
        (b"Content-Length: 0\r\n\r\n", "GET", b"", True),
    ],
)
def test_end_of_the_answer(head: bytes, method: str, body: bytes, keep: bool) -> None:
    answer, kept = read(OK + head, method=method)
    assert (answer.body, kept) == (body, keep)


def test_old_server_keeps_only_where_it_says_so() -> None:
    assert not read(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")[1]
    assert read(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n")[1]


def test_status_line_may_lack_a_reason() -> None:
    assert read(b"HTTP/1.1 204\r\n\r\n")[0].status == 204


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000\r\n\r\n",
        b"HTTP/1.1 999 X\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"Content-Length : 2\r\n\r\n{}",
        OK + b"X-A: b\nX-C: d\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        OK + b"Content-Length: +2\r\n\r\n{}",
        OK + b"Content-Length: 2, 2\r\n\r\n{}",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
        OK + b"X: " + b"y" * 300_000,
    ],
)
def test_ambiguous_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(Malformed):
        read(answer)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", OK + b"Content-Length: 3\r\n\r\n{}", OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}"],
)
def test_answer_that_breaks_off_is_noticed(answer: bytes) -> None:
    with pytest.raises(EOFError):
        read(answer)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 9999999\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n999999\r\n",
        OK + b"\r\n" + bytes(PAYLOAD_LIMIT + 1),
    ],
)
def test_answer_that_is_too_long_is_not_read(answer: bytes) -> None:
    with pytest.raises(TooLong):
        read(answer)


def test_time_is_up_while_bytes_still_come() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(OK)
        with pytest.raises(TimeoutError):
            read_answer(Reader(ours, time.monotonic() + 0.05), "GET")
