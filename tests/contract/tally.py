"""Counts verdicts: passed, missed, and those excused because a known fault of the old service is mended here."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from tests.contract.exchanges import Exchange
from tests.contract.player import Verdict

ALL = "all"


class UnknownDefect(Exception):
    """An excuse that no exchange knows; the message names those that there are."""


def excused_defects(wanted: Collection[str], exchanges: Iterable[Exchange]) -> frozenset[str]:
    """The defects to excuse, `all` standing for every one that the exchanges name. Raises UnknownDefect."""
    known = frozenset(exchange.defect for exchange in exchanges if exchange.defect)
    strange = sorted(set(wanted) - known - {ALL})
    if strange:
        told = ", ".join(sorted(known)) or "none"
        raise UnknownDefect(f"No exchange shows the defect {', '.join(strange)}. There are: {told}.")
    return known if ALL in wanted else frozenset(wanted)


@dataclass
class Tally:
    """The count of a play; an excused exchange counts neither as passed nor as missed."""

    excuse: frozenset[str] = frozenset()
    passed: int = 0
    misses: list[Verdict] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)

    def take(self, verdict: Verdict) -> bool:
        """Count a verdict; is it a miss?"""
        if verdict.exchange.defect in self.excuse:
            self.excused[verdict.exchange.defect] += 1
            return False
        if verdict.miss is None:
            self.passed += 1
            return False
        self.misses.append(verdict)
        return True

    @property
    def is_clean(self) -> bool:
        """Was something judged, and nothing missed?"""
        return self.passed > 0 and not self.misses

    def lines(self) -> Iterator[str]:
        """The summary: what was excused, and how many of all others passed."""
        if self.excused:
            told = ", ".join(f"{name} {count}" for name, count in sorted(self.excused.items()))
            yield f"contract: {self.excused.total()} excused: {told}"
        yield f"contract: {self.passed}/{self.passed + len(self.misses)} passed"
