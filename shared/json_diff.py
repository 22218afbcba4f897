"""The difference between two JSON values as RFC 6902 operations, in the order of the old services' library (zjsonpatch).

Objects are those of one type: they have the same members. Lists keep their longest common subsequence; what stands between
is compared pair by pair, and the rest added or removed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_PAIRS = 250_000  # of elements to compare: half a second, and some megabytes; longer lists are replaced whole
Operation = dict[str, Any]


def differences(before: Any, after: Any, path: str = "") -> Iterator[Operation]:
    """What turns `before` into `after`."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield {"op": "replace", "path": path, "value": after}


def _of_objects(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Operation]:
    for name, value in after.items():
        yield from differences(before[name], value, f"{path}/{name}")


def _of_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Operation]:
    if len(before) * len(after) > MOST_PAIRS:
        yield {"op": "replace", "path": path, "value": after}
        return
    old = new = place = 0
    for kept in common_subsequence(before, after):
        while before[old] != kept or after[new] != kept:
            if before[old] == kept:
                yield {"op": "add", "path": f"{path}/{place}", "value": after[new]}
                new, place = new + 1, place + 1
            elif after[new] == kept:
                yield {"op": "remove", "path": f"{path}/{place}"}
                old += 1
            else:
                yield from differences(before[old], after[new], f"{path}/{place}")
                old, new, place = old + 1, new + 1, place + 1
        old, new, place = old + 1, new + 1, place + 1
    yield from _of_rests(before[old:], after[new:], path, place)


def _of_rests(before: Sequence[Any], after: Sequence[Any], path: str, place: int) -> Iterator[Operation]:
    """What stands behind the last common element."""
    both = min(len(before), len(after))
    for step in range(both):
        yield from differences(before[step], after[step], f"{path}/{place + step}")
    for step in range(both, len(after)):
        yield {"op": "add", "path": f"{path}/{place + step}", "value": after[step]}
    for _ in range(both, len(before)):
        yield {"op": "remove", "path": f"{path}/{place + both}"}


def common_subsequence(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """A longest common subsequence, by dynamic programming."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row in range(len(one) - 1, -1, -1):
        for column in range(len(other) - 1, -1, -1):
            same = one[row] == other[column]
            longer = max(lengths[row + 1][column], lengths[row][column + 1])
            lengths[row][column] = lengths[row + 1][column + 1] + 1 if same else longer
    found, row, column = [], 0, 0
    while row < len(one) and column < len(other):
        if one[row] == other[column]:
            found.append(one[row])
            row, column = row + 1, column + 1
        elif lengths[row + 1][column] >= lengths[row][column + 1]:
            row += 1
        else:
            column += 1
    return found
