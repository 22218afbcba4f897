"""A route table compiled: to the gateway's document, and to what is to be told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.routing.compiled.addresses import Addresses
from infra.routing.compiled.cells import METHODS, STRANGLER, VARIABLE, Row, answering, cell_at, reason_of
from infra.routing.compiled.document import document_of, names_of
from infra.routing.compiled.matcher import Resources
from infra.routing.compiled.mending import tree_of
from infra.routing.compiled.places import Path, Place, places_of
from infra.routing.compiled.planning import RESOURCE_LIMIT, plan
from services.strangler.table import Table, compile_table
from shared.route_items import ISSUERS, Spec
from shared.trie import split

SLASH, LIMIT, UNSERVABLE = "slash", "limit", "segment"  # reasons beside those of `reason_of`


@dataclass(frozen=True)
class Answered:
    """Who answers a route's calls. `reason`: why that is the strangler."""

    service: str
    route: str
    target: str
    reason: str = ""


@dataclass(frozen=True)
class Compiled:
    """A compiled table: the specs and the table it was made of, and the resources."""

    specs: tuple[Spec, ...]
    table: Table
    root: Place
    resources: Mapping[Path, Row]

    @property
    def strangler_needed(self) -> bool:
        """Does any call still pass the strangler?"""
        return any(cell.target == STRANGLER for row in self.resources.values() for cell in row)

    def document(self, addresses: Addresses) -> dict[str, Any]:
        """The OpenAPI document that API Gateway imports."""
        return document_of(self.resources, addresses, names_of(self.specs))

    @cached_property
    def answered(self) -> tuple[Answered, ...]:
        """Who answers each route."""
        tree = tree_of(self.resources)
        names = [(spec["service"]["name"], route) for spec in self.specs for route in spec["routes"]]
        return tuple(self._answered(tree, service, route) for service, route in names)

    def _answered(self, tree: Resources[Row], service: str, route: str) -> Answered:
        method, path = path_of(route)
        target = next(tree.fits(path)).value[METHODS.index(method)].target
        return Answered(service, route, target, self._reason(method, path, route) if target == STRANGLER else "")

    def _reason(self, method: str, path: Path, route: str) -> str:
        """Why a route's calls pass the strangler."""
        slash = ("",) if route.endswith("/") else ()
        if reason := reason_of(answering(self.table, (*path, *slash), method)):
            return reason
        if cell_at(self.table, path, method).target == STRANGLER:
            return SLASH
        beside = any(path[: len(one) - 1] == one[:-1] for one in self.unservable)
        return UNSERVABLE if beside else LIMIT

    @cached_property
    def unservable(self) -> tuple[Path, ...]:
        """Paths that the gateway can have no resource for."""
        return tuple((*place.path, segment) for place in self.root.walk() for segment in place.unservable)

    def resources_of(self, service: str) -> int:
        """How many resources lie at or below the context paths of a service; some services share one."""
        heads = (spec["service"] for spec in self.specs)
        contexts = {context[1:] for head in heads if head["name"] == service for context in head["contexts"]}
        return sum(bool(path) and path[0] in contexts for path in self.resources)


def compile_routes(specs: Iterable[Spec], *, all_legacy: bool = False, limit: int = RESOURCE_LIMIT) -> Compiled:
    """The compiled table of some services; the line of the issuers among them is no route, and is left out."""
    kept = tuple(spec for spec in specs if spec["service"]["name"] != ISSUERS)
    table = compile_table(kept, all_legacy=all_legacy)
    root = places_of(table)
    return Compiled(kept, table, root, plan(root, limit))


def compile_document(specs: Iterable[Spec], addresses: Addresses, *, all_legacy: bool = False) -> dict[str, Any]:
    """The gateway's OpenAPI document of some services' routes."""
    return compile_routes(specs, all_legacy=all_legacy).document(addresses)


def path_of(route: str) -> tuple[str, Path]:
    """The method of a route, and its path, without a slash at the end."""
    method, _, template = route.partition(" ")
    segments = [VARIABLE if part.startswith("{") else part for part in split(template)]
    return method, tuple(segments if segments[-1] else segments[:-1])
