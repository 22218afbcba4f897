"""The authority table: what each endpoint asks of its caller, and with which status the old system refuses."""

import re
from csv import DictReader
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FILE = Path(__file__).with_name("table.tsv")
PUBLIC, SIGNED_IN, KNOWN = "public", "any valid token", "any known user"
NOTHING_TO_LACK = "-"


@dataclass(frozen=True)
class Line:
    """One endpoint: what it asks, and the statuses without a token and without what it asks (None: lacks nothing)."""

    method: str
    template: str
    asks: str
    no_token: int
    no_authority: int | None

    @property
    def name(self) -> str:
        """Method and template."""
        return f"{self.method} {self.template}"

    @property
    def service(self) -> str:
        """Whose endpoint it is."""
        return self.template.split("/")[1]

    @property
    def asks_authority(self) -> bool:
        """Does it ask for more than a token?"""
        return self.asks not in (PUBLIC, SIGNED_IN, KNOWN)

    @property
    def bad_token(self) -> int:
        """The status for a token that does not verify, which the old system believed: none wherever none is read."""
        return self.no_token if self.no_token < 400 else 401

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Fits the paths of the endpoint, with and without a slash at the end."""
        return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.template.rstrip("/"))) + "/?")


@cache
def table() -> tuple[Line, ...]:
    """All lines, in the order of the file."""
    text = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return tuple(
        Line(
            row["method"],
            row["template"],
            row["asks"],
            int(row["no token"]),
            None if row["no authority"] == NOTHING_TO_LACK else int(row["no authority"]),
        )
        for row in DictReader(text, delimiter="\t")
    )


def line_named(name: str) -> Line:
    """The line of an endpoint, by method and template. An endpoint without one fails the test that asks."""
    for line in table():
        if line.name == name:
            return line
    raise AssertionError(
        f"{name} has no line in tests/authority/table.tsv: add it, with what it asks for and how it refuses."
    )


def line_of(method: str, path: str) -> Line | None:
    """The line of the endpoint that answers a path: where several fit, that with the fewest values in its template."""
    asked = "GET" if method == "HEAD" else method
    fitting = [line for line in table() if line.method == asked and line.pattern.fullmatch(path)]
    return min(fitting, key=lambda line: line.template.count("{"), default=None)
