"""Values of AMQP 0-9-1 on the wire: texts, tables and the properties of messages, read and written."""

import struct
from collections.abc import Callable
from typing import Any

PROPERTIES = (  # in the order of the flags, from the highest bit down
    ("contentType", "text"),
    ("contentEncoding", "text"),
    ("headers", "table"),
    ("deliveryMode", "octet"),
    ("priority", "octet"),
    ("correlationId", "text"),
    ("replyTo", "text"),
    ("expiration", "text"),
    ("messageId", "text"),
    ("timestamp", "moment"),
    ("type", "text"),
    ("userId", "text"),
    ("appId", "text"),
    ("clusterId", "text"),
)
TOP_FLAG = 15
NUMBERS = {
    "b": ">b",
    "B": ">B",
    "U": ">h",
    "s": ">h",
    "u": ">H",
    "I": ">i",
    "i": ">I",
    "l": ">q",
    "L": ">q",
    "f": ">f",
    "d": ">d",
    "T": ">Q",
}


class Reader:
    """Takes values from the front of a frame's payload."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self._place = payload, 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        found = self._payload[self._place : self._place + count]
        self._place += count
        return found

    def number(self, form: str) -> Any:
        """A number in a form of struct's."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def octet(self) -> int:
        """A byte."""
        return int(self.number(">B"))

    def moment(self) -> int:
        """Seconds since 1970."""
        return int(self.number(">Q"))

    def text(self) -> str:
        """A short text."""
        return self.take(self.octet()).decode(errors="replace")

    def long(self) -> bytes:
        """A long text."""
        return self.take(int(self.number(">I")))

    def table(self) -> dict[str, Any]:
        """Named values."""
        inside, found = Reader(self.long()), dict[str, Any]()
        while inside.left():
            name = inside.text()
            found[name] = inside.value()
        return found

    def left(self) -> bool:
        """Is there more?"""
        return self._place < len(self._payload)

    def value(self) -> Any:
        """A value whose kind stands before it; ValueError for a kind that there is not."""
        kind = self.take(1).decode("latin-1")
        if kind in NUMBERS:
            return self.number(NUMBERS[kind])
        others: dict[str, Callable[[], Any]] = {
            "t": lambda: bool(self.octet()),
            "S": self.long,
            "x": self.long,
            "F": self.table,
            "A": self.array,
            "D": self.decimal,
            "V": lambda: None,
        }
        if kind not in others:
            raise ValueError(f"AMQP has no values of kind {kind!r}")
        return others[kind]()

    def array(self) -> list[Any]:
        """Values in a row."""
        inside, found = Reader(self.long()), list[Any]()
        while inside.left():
            found.append(inside.value())
        return found

    def decimal(self) -> float:
        """A number with decimal places."""
        scale = self.octet()
        return int(self.number(">i")) / float(10**scale)


def short(text: str) -> bytes:
    """A short text, written."""
    content = text.encode()
    return bytes([len(content)]) + content


def long(content: bytes) -> bytes:
    """A long text, written."""
    return struct.pack(">I", len(content)) + content


def properties_of(reader: Reader) -> dict[str, Any]:
    """A message's properties; None for those that it has not."""
    flags = int(reader.number(">H"))
    return {
        name: getattr(reader, kind)() if flags & (1 << (TOP_FLAG - place)) else None
        for place, (name, kind) in enumerate(PROPERTIES)
    }
