"""All paths there are, in classes that the facade decides alike: a tree whose edges are segments. Pure.

A path belongs to the place that it reaches by literal segments where there is one of that name, else by the variable one.
Where several templates fit a path, as `/posts/{id}/placements` fits `/posts/filter/placements`, their branches are laid
over each other, so that each place is decided in one way, whatever its variable segments hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.routing.compiled.cells import (
    METHODS,
    UNDECIDED,
    VARIABLE,
    Row,
    answering,
    default_row,
    reason_of,
    row_at,
    settled_of,
)
from services.strangler.table import ELSEWHERE, Decision, Route, Table
from shared.trie import Trie

SERVABLE = re.compile(r"[\w.:-]+", re.ASCII).fullmatch  # what API Gateway takes for a literal segment
RESERVED = ("ping", "sping")  # at the root, where AWS looks whether it is well itself
LISTED, UNLISTED = 1000, 1  # how much it matters that the strangler is spared a route's calls, and calls of no route
WHOLLY_DECIDED = 10  # times as much, where no route of the service is undecided
UNHEARD_OF = (UNLISTED,) * len(METHODS)

Path = tuple[str, ...]
Node = Trie[dict[str, Route]]


@dataclass
class Place:
    """A class of paths: what holds there, what holds for unknown paths below, and the places below."""

    path: Path
    row: Row
    below: Row
    worth: tuple[int, ...] = UNHEARD_OF  # for each method, how much it matters that the strangler is spared its calls
    worth_below: tuple[int, ...] = UNHEARD_OF
    literals: dict[str, "Place"] = field(default_factory=dict)
    variable: "Place | None" = None
    unservable: tuple[str, ...] = ()  # literal segments below for which the gateway can have no resource

    def children(self) -> list["Place"]:
        """The places one segment further."""
        return [*self.literals.values(), *([self.variable] if self.variable else [])]

    def at(self, segment: str) -> "Place | None":
        """The place one segment further, where there is one."""
        return self.variable if segment == VARIABLE else self.literals.get(segment)

    def walk(self) -> Iterator["Place"]:
        """The place itself, and all below."""
        yield self
        for child in self.children():
            yield from child.walk()


def places_of(table: Table) -> Place:
    """The root of all places of a table."""
    root = place_of(table, [table.trie])
    found = {place.path: [answering(table, place.path or ("",), one) for one in METHODS] for place in root.walk()}
    undecided = {settled_of(one).service for row in found.values() for one in row if reason_of(one)}

    def worth_of(one: Route | Decision) -> int:
        times = 1 if settled_of(one).service in undecided else WHOLLY_DECIDED
        return times * (LISTED if isinstance(one, Route) else UNLISTED)

    for place in root.walk():
        place.worth = tuple(map(worth_of, found[place.path]))
        below = table.defaults.get(place.path[0], ELSEWHERE) if place.path else ELSEWHERE
        place.worth_below = (worth_of(below),) * len(METHODS)
    return root


def place_of(table: Table, nodes: list[Node], path: Path = ()) -> Place:
    """The place at which these nodes of the table's trie stand, and all below."""
    place = Place(path, row_at(table, path), default_row(table, path))
    names = list(dict.fromkeys(name for node in nodes for name in node.children if name))
    place.unservable = tuple(name for name in names if not SERVABLE(name) or (not path and name in RESERVED))
    if place.unservable:
        place.below = UNDECIDED
        return place
    variables = [node.parameter for node in nodes if node.parameter is not None]
    for name in names:
        literals = [node.children[name] for node in nodes if name in node.children]
        place.literals[name] = place_of(table, [*literals, *variables], (*path, name))
    if variables:
        place.variable = place_of(table, variables, (*path, VARIABLE))
    return place
