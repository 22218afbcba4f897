"""The stand-in's rows, in memory, with what the old database saw to: generated ids, unique keys, its collation."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from tests.legacy.bodies import Row
from tests.legacy.catalogue import PARENTS, Collection
from tests.legacy.jackson import pretty

LONGEST: Final = 255  # characters of a text column
IDS_START_ABOVE: Final = 1000
BEYOND_UTF8MB3: Final = re.compile(r"[\U00010000-\U0010ffff]")


class Refusal(Exception):
    """The database refuses a row."""


def folded(text: str) -> str:
    """A text without what the collation does not see: case and accents."""
    if text.isascii():
        return text.upper()
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign)).upper()


def collated(text: str) -> str:
    """What two texts share that the database takes for equal."""
    return folded(text).rstrip(" ")


@dataclass
class Table:
    """The rows of one collection by id, and how each is printed."""

    collection: Collection
    parents: dict[str, dict[int, Row]]
    rows: dict[int, Row] = field(default_factory=dict)
    _next_id: int = 0
    _printed: dict[int, str] = field(default_factory=dict)
    _keys: dict[tuple[str, str], int] = field(default_factory=dict)

    def load(self, rows: Iterable[Row]) -> None:
        """Take rows with their ids."""
        for row in rows:
            self._keep(row)
        self._next_id = max(self.rows, default=0) + IDS_START_ABOVE

    def insert(self, row: Row) -> Row:
        """Store a row under a new id, and give it with that id. Refusal for what the database would not take."""
        stored = {**row, "id": self._next_id}
        if "uuid" in stored and stored["uuid"] is None:
            stored["uuid"] = str(uuid4())  # as the insert trigger does
        self._next_id += 1
        self._check(stored)
        self._keep(self._linked(stored))
        return {**row, "id": stored["id"]}

    def update(self, row: Row) -> Row:
        """Replace a row, or store it under a new id where its own is unknown; its parents as they are stored."""
        if row["id"] not in self.rows:
            return self._linked(self.insert(row))
        self._check(row)
        linked = self._linked(row)
        self.delete(row["id"])
        self._keep(linked)
        return linked

    def delete(self, row_id: int) -> None:
        """Take a row away; Refusal when there is none."""
        if (row := self.rows.pop(row_id, None)) is None:
            raise Refusal(row_id)
        self._printed.pop(row_id, None)
        for key in self._keys_of(row):
            self._keys.pop(key, None)

    def printed(self, row: Row) -> str:
        """A row's JSON, printed once."""
        text = self._printed.get(row["id"])
        if text is None:
            text = self._printed[row["id"]] = pretty(row)
        return text

    def in_order(self) -> list[Row]:
        """All rows by id."""
        return [self.rows[row_id] for row_id in sorted(self.rows)]

    def _keep(self, row: Row) -> None:
        self.rows[row["id"]] = row
        self._keys.update((key, row["id"]) for key in self._keys_of(row))

    def _keys_of(self, row: Row) -> list[tuple[str, str]]:
        names = [*self.collection.unique, *(["uuid"] if "uuid" in row else [])]
        return [(name, collated(row[name])) for name in names if row[name] is not None]

    def _check(self, row: Row) -> None:
        texts = [value for value in row.values() if isinstance(value, str)]
        if any(len(text) > LONGEST or BEYOND_UTF8MB3.search(text) for text in texts):
            raise Refusal("too long, or a character of four bytes")
        if any(row[name] is None for name in (*self.collection.required, *self.collection.needs)):
            raise Refusal("null in a required column")
        if any(self._keys.get(key, row["id"]) != row["id"] for key in self._keys_of(row)):
            raise Refusal("a duplicate key")

    def _linked(self, row: Row) -> Row:
        """The row with its parents as they are stored; Refusal for one that does not exist."""
        links = {name: row[name] for name in PARENTS if row.get(name) is not None}
        try:
            return {**row, **{name: self.parents[name][sent["id"]] for name, sent in links.items()}}
        except KeyError as error:
            raise Refusal("an unknown parent") from error
