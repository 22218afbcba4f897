"""Recorded exchanges as objects, and the answers that are held against them."""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

RECORDED: Final = Path(__file__).parent / "recorded"
WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
FIRST_FAILURE: Final = 400
MADE_BY_SERVER: Final = re.compile(r"\{\{new:\d+\}\}")


@dataclass(frozen=True)
class Answer:
    """What a server answered: lower-case header names, repeated headers joined by commas, the body as text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @classmethod
    def of(cls, status: int, pairs: Iterable[tuple[str, str]], content: bytes) -> "Answer":
        """The answer that some raw headers and a body, perhaps compressed, make up."""
        headers = joined(pairs)
        if headers.get("content-encoding", "").lower() == "gzip":
            content = unpacked(content)
        return cls(status, headers, content.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer; `answer_headers` or `answer_body` None: not compared."""

    name: str
    caller: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: str | None
    status: int
    answer_headers: Mapping[str, str] | None
    answer_body: str | None
    crash: bool
    unordered: bool | tuple[str, ...]
    defect: str = ""  # the known fault of the old service that the exchange shows
    wait: float = 0  # seconds in which the old service's background work ended

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Exchange":
        """The exchange that a line of exchanges.jsonl tells of."""
        request, response = record["request"], record["response"]
        unordered = record.get("unordered", False)
        return cls(
            name=record["name"],
            caller=record["as"],
            method=request["method"],
            target=request["path"],
            headers=request["headers"],
            body=request["body"],
            status=response["status"],
            answer_headers=None if response["headers"] is None else joined(response["headers"]),
            answer_body=response["body"],
            crash=record.get("crash", False),
            unordered=unordered if isinstance(unordered, bool) else tuple(unordered),
            defect=record.get("defect", ""),
            wait=record.get("wait", 0),
        )

    @property
    def family(self) -> str:
        """What it belongs to: exchanges are named family/subject/number."""
        return self.name.partition("/")[0]

    @property
    def is_needed(self) -> bool:
        """Does it leave something behind that later exchanges may need: rows, or a value for a mark?"""
        changes = self.method in WRITES and (self.status < FIRST_FAILURE or self.defect != "")
        return changes or bool(MADE_BY_SERVER.search(self.answer_body or ""))

    def __str__(self) -> str:
        body = f" {shortened(self.body, 80)}" if self.body else ""
        return f"{self.method} {shortened(self.target, 140)} as {self.caller}{body}"


def read_exchanges(service: str) -> list[Exchange]:
    """All recorded exchanges of a service, in the order in which they were recorded."""
    lines = gzip.decompress((RECORDED / service / "exchanges.jsonl.gz").read_bytes()).splitlines()
    return [Exchange.of(json.loads(line)) for line in lines]


def read_dataset(service: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that the service had when it was recorded, by table, in load order."""
    dataset: dict[str, list[dict[str, Any]]] = json.loads(
        gzip.decompress((RECORDED / service / "dataset.json.gz").read_bytes())
    )
    return dataset


def read_callers(service: str) -> dict[str, dict[str, Any] | None]:
    """Who asked, and what each may do; None is a caller without a token."""
    callers: dict[str, dict[str, Any] | None] = json.loads((RECORDED / service / "callers.json").read_text())
    return callers


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by lower-case name; repeated ones joined by a comma."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers


def unpacked(content: bytes) -> bytes:
    """Gzip content unpacked; what is none stays as it is, for the judge to see."""
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content


def shortened(text: str, size: int = 160) -> str:
    """A text on one line of at most `size` characters, without the `|` that parts a report's columns."""
    line = " ".join(text.split()).replace("|", "¦")
    return line if len(line) <= size else line[: size - 1] + "…"
