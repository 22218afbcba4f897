"""Compares a JSON value with a recorded one that may hold marks."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from tests.contract.exchanges import shortened
from tests.contract.marks import NOW, Marks, NewNumber, has_marks, parse_recorded

ZONE: Final = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
WITHOUT_ZONE: Final = (
    ".amendedDate",
    ".addedDate",
)  # their times bear no zone, or are milliseconds; all others bear one
NULL_OR_EMPTY: Final = ("assignedTrusts", "assignedProgrammes")  # where null is recorded, [] and absence are as good
# How these texts go on is the matter of the library that wrote them.
LIBRARY_TEXTS: Final = ("JSON parse error:", "Required request body is missing:")


@dataclass
class Comparison:
    """Compares one value; `where` tells the first difference, `same_order` whether the fields came as recorded.

    It goes on after a difference, so that the marks further on are bound all the same.
    """

    marks: Marks
    unordered: bool | tuple[str, ...] = False
    where: str = ""
    same_order: bool = True

    def equal(self, expected: Any, got: Any, path: str = "$") -> bool:
        """Are they equal? 1, 1.0, "1" and true differ; so do null and absence."""
        match expected, got:
            case dict(), dict():
                same = self._equal_objects(expected, got, path)
            case list(), list() if len(expected) != len(got):
                return self._differ(f"{path} has {len(got)} instead of {len(expected)}")
            case list(), list() if self._is_unordered(path):
                same = self._equal_sets(expected, got, path)
            case list(), list():
                pairs = enumerate(zip(expected, got, strict=True))
                sames = [self.equal(one, two, f"{path}[{place}]") for place, (one, two) in pairs]
                same = all(sames)
            case str(), str():
                same = self._equal_texts(expected, got, path)
            case NewNumber(number), int() if not isinstance(got, bool):
                same = self.marks.agree(number, str(got))
            case _:
                same = type(expected) is type(got) and expected == got
        return same or self._differ(path)

    def _differ(self, where: str) -> bool:
        self.where = self.where or where
        return False

    def _is_unordered(self, path: str) -> bool:
        if isinstance(self.unordered, bool):
            return self.unordered
        return path.rpartition(".")[2] in self.unordered

    def _equal_objects(self, expected: dict[str, Any], got: dict[str, Any], path: str) -> bool:
        shared = [key for key in expected if key in got]
        self.same_order &= shared == [key for key in got if key in expected]
        free = [
            key for key in NULL_OR_EMPTY if key in expected and expected[key] is None and got.get(key) in (None, [])
        ]
        got = {**got, **dict.fromkeys(free)}
        same_fields = expected.keys() == got.keys()
        if not same_fields:
            self._differ(f"{path} fields {sorted(expected.keys() ^ got.keys())}")
        sames = [self.equal(expected[key], got[key], f"{path}.{key}") for key in expected if key in got]
        return same_fields and all(sames)

    def _equal_sets(self, expected: list[Any], got: list[Any], path: str) -> bool:
        """Elements without open marks go first, so that marks bind to what is left."""
        rest = list(got)
        for element in sorted(expected, key=has_marks):
            place = next((place for place, candidate in enumerate(rest) if self._try(element, candidate, path)), None)
            if place is None:
                return self._differ(
                    f"{path} lacks {shortened(json.dumps(element, default=str, ensure_ascii=False), 80)}"
                )
            del rest[place]
        return True

    def _try(self, element: Any, candidate: Any, path: str) -> bool:
        trial = Comparison(self.marks.copy(), self.unordered)
        if not trial.equal(element, candidate, f"{path}[]"):
            return False
        self.marks.values.update(trial.marks.values)
        self.same_order &= trial.same_order
        return True

    def _equal_texts(self, expected: str, got: str, path: str) -> bool:
        if expected.startswith(LIBRARY_TEXTS):
            return got.startswith(expected.partition(":")[0] + ":")
        if expected == NOW and bool(ZONE.search(got)) == path.endswith(WITHOUT_ZONE):
            return False
        return self.marks.fit(expected, got) or (path.endswith(".patch") and self._equal_patches(expected, got))

    def _equal_patches(self, expected: str, got: str) -> bool:
        """A JSON patch is text within JSON: its blanks and the order of its operations are left open."""
        try:
            return Comparison(self.marks, unordered=True).equal(parse_recorded(expected), json.loads(got))
        except ValueError:
            return False
