"""As much of AMQP 0-9-1 as the event source of Amazon MQ needs: messages are got from a queue, and settled."""

import socket
import struct
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from infra.local.aws.sources.amqp_values import Reader, long, properties_of, short

GREETING = b"AMQP\x00\x00\x09\x01"
METHOD, HEADER, BODY, HEARTBEAT, END = 1, 2, 3, 8, 0xCE
ANSWER_SECONDS = 10.0
Method = tuple[int, int]
START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK = (10, 10), (10, 11), (10, 30), (10, 31), (10, 40), (10, 41)
CLOSE, CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_CLOSE = (10, 50), (20, 10), (20, 11), (20, 40)
GET, GET_OK, GET_EMPTY, ACK, NACK = (60, 70), (60, 71), (60, 72), (60, 80), (60, 120)
MULTIPLE, REQUEUE = 1, 2


class BrokerError(Exception):
    """The broker cannot be asked, or refused; the message says why."""


@dataclass(frozen=True)
class Delivery:
    """A message that has been got and is to be settled by its tag."""

    tag: int
    redelivered: bool
    properties: dict[str, Any]
    body: bytes


class Channel:
    """A connection with its one channel; leaving its `with` block closes it, and what is not settled goes back."""

    def __init__(self, url: str, vhost: str) -> None:
        parts = urlsplit(url)
        try:
            self._socket = socket.create_connection((parts.hostname or "", parts.port or 5672), ANSWER_SECONDS)
        except OSError as error:
            raise BrokerError(f"{parts.hostname}:{parts.port or 5672} cannot be reached: {error}") from error
        self._file = self._socket.makefile("rb")
        user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        try:
            self._open(f"\0{user}\0{password}".encode(), vhost)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it, without a word: the broker takes back what is not settled."""
        self._file.close()
        self._socket.close()

    def _open(self, response: bytes, vhost: str) -> None:
        self._socket.sendall(GREETING)
        self._await(START)
        self._send(0, START_OK, long(b"") + short("PLAIN") + long(response) + short("en_US"))
        limits = self._await(TUNE)
        channels, frame = limits.number(">H"), limits.number(">I")
        self._send(0, TUNE_OK, struct.pack(">HIH", channels, frame, 0))
        self._send(0, OPEN, short(vhost) + short("") + b"\0")
        self._await(OPEN_OK)
        self._send(1, CHANNEL_OPEN, short(""))
        self._await(CHANNEL_OPEN_OK)

    def get(self, queue: str) -> Delivery | None:
        """The queue's next message; None where it has none. Raises BrokerError, for an unknown queue too."""
        self._send(1, GET, b"\0\0" + short(queue) + b"\0")
        found, told = self._method()
        if found == GET_EMPTY:
            return None
        if found != GET_OK:
            raise BrokerError(f"the broker answered {found} when a message was asked for")
        tag, redelivered = int(told.number(">Q")), bool(told.octet())
        head = Reader(self._frame(HEADER))
        head.take(4)
        size, body = int(head.number(">Q")), b""
        properties = properties_of(head)
        while len(body) < size:
            body += self._frame(BODY)
        return Delivery(tag, redelivered, {**properties, "bodySize": size}, body)

    def settle(self, tag: int, *, done: bool) -> None:
        """All messages up to a tag are done with, or go back to their queue."""
        if done:
            self._send(1, ACK, struct.pack(">QB", tag, MULTIPLE))
        else:
            self._send(1, NACK, struct.pack(">QB", tag, MULTIPLE | REQUEUE))

    def _send(self, channel: int, method: Method, arguments: bytes) -> None:
        payload = struct.pack(">HH", *method) + arguments
        try:
            self._socket.sendall(struct.pack(">BHI", METHOD, channel, len(payload)) + payload + bytes([END]))
        except OSError as error:
            raise BrokerError(f"the broker is gone: {error}") from error

    def _frame(self, wanted: int) -> bytes:
        while True:
            try:
                kind, _, size = struct.unpack(">BHI", self._file.read(7))
                payload = self._file.read(size + 1)[:-1]
            except (OSError, struct.error) as error:
                raise BrokerError(f"the broker is gone: {error}") from error
            if kind == wanted:
                return payload
            if kind != HEARTBEAT:
                raise BrokerError(f"the broker sent a frame of kind {kind} in place of {wanted}")

    def _method(self) -> tuple[Method, Reader]:
        told = Reader(self._frame(METHOD))
        method = (int(told.number(">H")), int(told.number(">H")))
        if method in {CLOSE, CHANNEL_CLOSE}:
            code = told.number(">H")
            raise BrokerError(f"the broker refuses: {told.text()} ({code})")
        return method, told

    def _await(self, wanted: Method) -> Reader:
        method, told = self._method()
        if method != wanted:
            raise BrokerError(f"the broker answered {method} in place of {wanted}")
        return told
