"""The marks that stand in recorded texts for what differs from play to play: {{new:K}}, {{now}}, {{any}}, {{host}}."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

NOW: Final = "{{now}}"
HOST: Final = "{{host}}"
NEW_MARK: Final = re.compile(r"\{\{new:(\d+)\}\}")
MARK: Final = re.compile(r"\{\{(?:new:(?P<number>\d+)|(?P<kind>now|any))\}\}")
STRING_OR_NEW_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\{\{new:(\d+)\}\}', re.DOTALL)
NEW_KEY: Final = "{{new}}"
NOW_MEANS: Final = timedelta(minutes=10)

# What may stand where a mark stands: an id, a uuid or a version stamp; a moment or its milliseconds; anything.
NEW_VALUE: Final = r"[0-9a-fA-F-]+|\d{4}-\d\d-\d\dT[0-9:.]+"
MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?|\d{13}"
PATTERNS: Final = {"now": MOMENT, "any": ".*"}


@dataclass(frozen=True)
class NewNumber:
    """A number that the server made, where the recorded JSON holds a bare {{new:K}} not bound yet."""

    number: int


@dataclass
class Marks:
    """What {{new:K}} and {{host}} stand for in one play."""

    host: str
    values: dict[int, str] = field(default_factory=dict)

    def copy(self) -> "Marks":
        """Marks to try an assumption on."""
        return Marks(self.host, dict(self.values))

    def fill(self, text: str) -> str:
        """The text with the marks whose value is known replaced by it."""
        return NEW_MARK.sub(lambda mark: self.values.get(int(mark[1]), mark[0]), text.replace(HOST, self.host))

    def can_fill(self, text: str) -> bool:
        """Are the values of all {{new:K}} in the text known?"""
        return all(int(number) in self.values for number in NEW_MARK.findall(text))

    def agree(self, number: int, value: str) -> bool:
        """Bind {{new:number}} to a value at first sight, or hold the value against the one it is bound to."""
        return self.values.setdefault(number, value) == value

    def fit(self, expected: str, got: str) -> bool:
        """Does a text fit a recorded one with marks in it? Binds the marks that it settles."""
        expected = self.fill(expected)
        marks = list(MARK.finditer(expected))
        if not marks:
            return expected == got
        pattern, end = "", 0
        for mark in marks:
            pattern += f"{re.escape(expected[end : mark.start()])}({PATTERNS.get(mark['kind'], NEW_VALUE)})"
            end = mark.end()
        found = re.fullmatch(pattern + re.escape(expected[end:]), got, re.DOTALL)
        if found is None:
            return False
        # all of them, also after one that does not fit: later requests need the values
        fits = [self._fits_mark(mark, value) for mark, value in zip(marks, found.groups(), strict=True)]
        return all(fits)

    def _fits_mark(self, mark: re.Match[str], value: str) -> bool:
        if mark["kind"]:
            return mark["kind"] == "any" or is_now(value)
        return self.agree(int(mark["number"]), value)


def has_marks(value: Any) -> bool:
    """Does a parsed recorded value hold marks that are still open?"""
    match value:
        case dict():
            return any(has_marks(key) or has_marks(inner) for key, inner in value.items())
        case list():
            return any(has_marks(inner) for inner in value)
        case str():
            return bool(MARK.search(value))
        case _:
            return isinstance(value, NewNumber)


def parse_recorded(text: str) -> Any:
    """Recorded JSON as values, a bare {{new:K}} as NewNumber; ValueError when it is no JSON."""
    quoted = STRING_OR_NEW_MARK.sub(lambda found: f'{{"{NEW_KEY}": {found[1]}}}' if found[1] else found[0], text)
    return json.loads(quoted, object_hook=lambda fields: NewNumber(fields[NEW_KEY]) if NEW_KEY in fields else fields)


def is_now(text: str) -> bool:
    """Is a moment, in ISO 8601 (without a zone: UTC) or in milliseconds, within NOW_MEANS of the present?"""
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:  # the 31st of February
        return False
    return abs(datetime.now(UTC) - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))) < NOW_MEANS
