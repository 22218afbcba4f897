"""MySQL's collation utf8mb4_general_ci in Python, for SQLite: what is equal, what comes first, what LIKE finds.

A character weighs as much as the capital letter without accents that it stands for; `ß` is an S. Text is compared
as if the shorter one went on in blanks. The weights are MariaDB's own (`python -m infra.data.weights`).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("general_ci.txt")
BEYOND_PLANE = "\N{REPLACEMENT CHARACTER}"  # all characters above U+FFFF weigh alike


class _Weights(dict[int, str]):
    """For `str.translate`: what is not in the table weighs its own code point."""

    def __missing__(self, point: int) -> str:
        self[point] = weight = chr(point) if point <= 0xFFFF else BEYOND_PLANE  # noqa: PLR2004
        return weight


_TABLE = _Weights()
for _line in WEIGHTS.read_text(encoding="utf-8").splitlines():
    _TABLE.update(dict.fromkeys(map(ord, _line[1:]), _line[0]))


def weigh(text: str) -> str:
    """The text with each character replaced by the one that it is taken for."""
    return text.upper() if text.isascii() else text.translate(_TABLE)


def compare(left: str, right: str) -> int:
    """-1, 0 or 1, as `left` comes before `right`, is equal to it or comes after it."""
    left, right = weigh(left), weigh(right)
    if (missing := len(left) - len(right)) > 0:
        right += " " * missing
    elif missing:
        left += " " * -missing
    return (left > right) - (left < right)


def fold(text: str) -> str:
    """A key that is the same for equal texts, and sorts as they do where none holds characters below the blank."""
    return weigh(text).rstrip(" ")


def like(pattern: str, text: str, escape: str = "\\") -> bool:
    """Whether MySQL's `text LIKE pattern` holds: trailing blanks count, and the escape character need not be named."""
    return matcher(pattern, escape)(text)


@lru_cache(maxsize=256)
def matcher(pattern: str, escape: str = "\\") -> Callable[[str], bool]:
    """The test that a LIKE pattern makes, kept: a search asks it of every row."""
    pieces = _pieces(pattern, escape)
    if len(pieces) == 3 and not pieces[0] and not pieces[2] and None not in pieces[1]:  # noqa: PLR2004
        needle = "".join(filter(None, pieces[1]))
        # as `weigh`, which would be one more call for every row
        return lambda text: needle in (text.upper() if text.isascii() else text.translate(_TABLE))
    first, *middle = ("".join("." if weight is None else re.escape(weight) for weight in piece) for piece in pieces)
    last = middle.pop() if middle else None
    # An atomic group takes the first place that fits and never comes back: no pattern takes more than linear time a piece.
    wanted = first + "".join(f"(?>.*?{piece})" for piece in middle) + (f".*{last}" if last is not None else "")
    fits = re.compile(wanted, re.DOTALL).fullmatch
    return lambda text: fits(weigh(text)) is not None


def _pieces(pattern: str, escape: str) -> list[list[str | None]]:
    """What stands between the `%` of a pattern: weights, and None for `_`."""
    pieces: list[list[str | None]] = [[]]
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            pieces[-1].append(weigh(next(characters, escape)))
        elif character == "%":
            pieces.append([])
        else:
            pieces[-1].append(None if character == "_" else weigh(character))
    return pieces
