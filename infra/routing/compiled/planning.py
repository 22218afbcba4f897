"""Which resources an API gets, so that it decides as the facade does and has no more of them than AWS allows. Pure.

A resource is a path with a row of cells; a greedy one takes the paths below its parent that nothing more specific fits. So
a place whose paths all get what the greedy resource above gives need not be a resource. Where that is not enough, decided
routes are handed to the strangler, which decides them rightly: for each place there is a front, of how few can be handed
over with how many resources, made of the fronts of the places below. The one taken hands over the fewest.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from infra.routing.compiled.cells import GREEDY, UNDECIDED, Row, fits
from infra.routing.compiled.mending import mend, spare
from infra.routing.compiled.places import Path, Place

RESOURCE_LIMIT = 300  # of a REST API, the root included (AWS: quotas of REST APIs; it can be raised)


class Picked(NamedTuple):
    """Resources, and those of the places that stand below or beside."""

    own: tuple[tuple[Path, Row], ...] = ()
    parts: "tuple[Picked, ...]" = ()

    def all(self) -> Iterator[tuple[Path, Row]]:
        """Every resource, each with its path."""
        rest = [self]
        while rest:
            part = rest.pop()
            yield from part.own
            rest += part.parts


class Point(NamedTuple):
    """So many resources, what is handed over with them, and which they are."""

    resources: int
    handed_over: float
    picked: Picked


Front = list[Point]
"""Points by the number of resources; each hands over less than the one before."""


class _Planner:
    """The fronts of places, each found once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._covers: dict[tuple[Path, Row], float] = {}
        self._fronts: dict[tuple[Path, Row | None], Front] = {}

    def front(self, place: Place, above: Row | None) -> Front:
        """The front of a place and all below, where a greedy resource above gives a row."""
        key = (place.path, above)
        if key not in self._fronts:
            points = [] if above is None else [Point(0, self._cover(place, above), Picked())]
            for greedy in dict.fromkeys((None, place.below, UNDECIDED)):
                points += self._front_of(place, above, greedy)
            self._fronts[key] = thinned(points)
        return self._fronts[key]

    def _front_of(self, place: Place, above: Row | None, greedy: Row | None) -> Front:
        """The front of a place that is a resource, with a greedy one below or without."""
        row = greedy or above
        if row is None:
            return []
        own, children = [(place.path, place.row)], place.children()
        handed_over = 0 if place.variable else hop(place.below, row, place.worth_below)
        if greedy is not None:
            own.append(((*place.path, GREEDY), greedy))
            if place.variable:  # there can be no resource of its own for it beside a greedy one
                children.remove(place.variable)
                handed_over = self._cover(place.variable, greedy)
        front = thinned([Point(len(own), handed_over, Picked(tuple(own)))])
        for child in children:
            front = joined(front, self.front(child, row), self._limit)
        return front

    def _cover(self, place: Place, above: Row) -> float:
        """What is handed over where a place, and all below, get a row from above; infinite where one is wrong."""
        key = (place.path, above)
        if key not in self._covers:
            unknown = 0.0 if place.variable else hop(place.below, above, place.worth_below)
            own = hop(place.row, above, place.worth)
            self._covers[key] = own + unknown + sum(self._cover(child, above) for child in place.children())
        return self._covers[key]


def hop(wanted: Row, given: Row, worth: Iterable[int]) -> float:
    """What is handed over where a row is answered by another; infinitely much where that is wrong."""
    if not fits(wanted, given):
        return math.inf
    return sum(one for cell, other, one in zip(wanted, given, worth, strict=True) if cell != other)


def joined(one: Front, other: Front, limit: int) -> Front:
    """The front of two places that stand beside each other."""
    least: dict[int, Point] = {}
    for first in one:
        for second in other:
            resources, handed = first.resources + second.resources, first.handed_over + second.handed_over
            if resources <= limit and (resources not in least or handed < least[resources].handed_over):
                least[resources] = Point(resources, handed, Picked((), (first.picked, second.picked)))
    return thinned(least.values())


def thinned(points: Iterable[Point]) -> Front:
    """Points as a front: those that no other beats."""
    front: Front = []
    for point in sorted(points, key=lambda one: one[:2]):
        if point.handed_over < (front[-1].handed_over if front else math.inf):
            front.append(point)
    return front


def plan(root: Place, limit: int = RESOURCE_LIMIT) -> dict[Path, Row]:
    """The resources of an API: as many as it takes to hand nothing over, or else all that there can be."""
    front, room = _Planner(limit).front(root, None), limit
    while True:
        point = next(one for one in reversed(front) if one.resources <= room or one is front[0])
        resources = mend(root, dict(point.picked.all()))
        if len(resources) <= limit or point is front[0]:
            return spare(root, resources, limit)
        room = point.resources - 1
