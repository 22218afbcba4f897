"""Resources proved against every class of paths, and what proves wrong put right. Pure.

A plan looks at each branch for itself; a path may yet fit a resource of another branch better than the greedy one above:
where `/people/{id}` is a resource, `/people/basic` must be one too if it is decided otherwise. And AWS does not say whether
`/people/basic/{name+}` or `/people/{id}/posts` goes first for `/people/basic/posts`: both readings must come out right.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from infra.routing.compiled.cells import GREEDY, VARIABLE, Row, fits
from infra.routing.compiled.matcher import Fit, Resources
from infra.routing.compiled.places import Path, Place

Rows = Mapping[Path, Row]


class Missing(NamedTuple):
    """A resource that an API lacks, and how much it matters."""

    path: Path
    row: Row
    worth: int


def mend(root: Place, resources: Rows) -> dict[Path, Row]:
    """Resources with which every path is decided rightly, by whichever reading."""
    mended = dict(resources)
    while missing := missing_from(root, mended, fits):
        mended = with_all(root, mended, missing)
    return mended


def spare(root: Place, resources: Rows, limit: int) -> dict[Path, Row]:
    """The same with as many of the decided paths that the strangler still gets as there is room for, the worthiest first."""
    spared = dict(resources)
    while handed_over := sorted(missing_from(root, spared, operator.eq), key=lambda one: -one.worth):
        count, better = len(handed_over), spared
        while count:
            tried = mend(root, with_all(root, spared, handed_over[:count]))
            if len(tried) <= limit:
                better = tried
                break
            count //= 2
        if better == spared:
            break
        spared = better
    return spared


def with_all(root: Place, resources: Rows, missing: Iterable[Missing]) -> dict[Path, Row]:
    """Resources with more of them, and with the parents of these."""
    more = dict(resources)
    for path, row, _ in missing:
        place = root
        for depth, segment in enumerate(path):
            more.setdefault(path[:depth], place.row)
            if segment == VARIABLE:  # beside which there can be no greedy one
                more.pop((*path[:depth], GREEDY), None)
            place = place.at(segment) or place
        more[path] = row
    return more


def tree_of(resources: Rows) -> Resources[Row]:
    """Resources to be matched."""
    tree: Resources[Row] = Resources()
    for path, row in resources.items():
        tree.add(path, row)
    return tree


def missing_from(root: Place, resources: Rows, is_right: Callable[[Row, Row], bool]) -> list[Missing]:
    """The resources that are missing, as others answer their paths in a way that is not right."""
    tree, found = tree_of(resources), []
    for place in root.walk():
        path = place.path
        if not all(is_right(place.row, row) for row in readings(tree, path)):
            found.append(Missing(path, place.row, sum(place.worth)))
        unknown = (*path, VARIABLE)
        if place.variable is None and not all(is_right(place.below, row) for row in readings(tree, unknown)):
            found.append(Missing((*path, GREEDY), place.below, sum(place.worth_below)))
    return found


def readings(tree: Resources[Row], path: Path) -> Iterator[Row]:
    """The rows that a path gets: where the most literal level goes first, and where whole paths go before greedy ones."""
    found: list[Fit[Row]] = list(tree.fits(path))
    yield found[0].value
    whole = (fit for fit in found if not fit.greedy)
    yield next(whole, max(found, key=lambda fit: fit.held[-1].start if fit.greedy else -1)).value
