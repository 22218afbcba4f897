"""What answers a URL, and where its code is."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from infra.routing.files import METHODS, RoutesError, anonymous, line_of
from infra.routing.ledger import State
from infra.routing.moves import stage_of
from services.strangler.decide import candidates, segments_of
from services.strangler.table import Route, compile_table
from shared.route_items import ISSUERS, issuer_move
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, SHADOW

WHOSE_TOKENS_COUNT = {
    LEGACY: "the tokens of the old issuer count",
    SHADOW: "the tokens of the old issuer count; the new one's are verified for the log",
    CANARY: "the tokens of the old issuer count, and the new one's for {share:g} % of the users",
    LIVE: "the tokens of both issuers count",
    RETIRED: "the tokens of the new issuer count",
}


@dataclass(frozen=True)
class Found:
    """A route at a URL. `authority` and `code` are those of the service's endpoint, where it has one."""

    route: str
    service: str
    stage: str
    upstream: str
    table: str  # file:line of the route
    authority: str = ""
    code: str = ""  # file:line of the endpoint
    note: str = ""


def find(state: State, url: str, method: str | None = None) -> list[Found]:
    """The routes at a URL or path, one a method; RoutesError where there is none."""
    path = urlsplit(url).path or "/"
    if issuers := issuers_at(state, path):
        return issuers
    table = compile_table(state.specs.values(), all_legacy=state.all_legacy)
    found: dict[str, Route] = {}
    for routes in candidates(table, segments_of(path)):
        found = {**routes, **found}
    wanted = [method.upper().replace("HEAD", "GET")] if method else [one for one in METHODS if one in found]
    if not found or not set(wanted) <= set(found):
        default = table.defaults.get(segments_of(path)[0])
        raise RoutesError(
            f"No route has {method.upper() + ' ' if method else ''}{path}; it goes to {default.upstream if default else LEGACY}."
        )
    return [describe(found[one]) for one in wanted]


def issuers_at(state: State, path: str) -> list[Found]:
    """The issuers' line, where a path is its."""
    spec = state.specs.get(ISSUERS, {"routes": {}})
    return [
        Found(
            route,
            ISSUERS,
            stage_of(terms),
            "none: it is no call",
            f"infra/routes/{ISSUERS}.toml:{line_of(route, ISSUERS)}",
            note=WHOSE_TOKENS_COUNT[stage_of(terms)].format(share=issuer_move(spec).permyriad / 100),
        )
        for route, terms in spec["routes"].items()
        if route.partition(" ")[2] == path
    ]


def describe(route: Route) -> Found:
    """What is known of a route."""
    decision = route.settled or route.new
    place = f"infra/routes/{decision.service}.toml:{line_of(decision.route, decision.service)}"
    endpoint, note = coded(decision.service, decision.route)
    return Found(
        decision.route,
        decision.service,
        decision.stage,
        upstream_of(route),
        place,
        str(endpoint.allow) if endpoint else "",
        endpoint.source if endpoint else "",
        note,
    )


def upstream_of(route: Route) -> str:
    """Who answers, in words where it depends on the caller."""
    if route.settled is not None:
        return route.settled.upstream
    side = route.new.upstream if route.new.stage == LIVE else LEGACY
    if route.new.stage == CANARY:
        side = f"{route.new.upstream} for {route.permyriad / 100:g} % of the callers, else {LEGACY}"
    return f"by {len(route.rules)} rules, else {side}" if route.rules else side


def coded(service: str, route: str) -> tuple[Any, str]:
    """The endpoint that a service has for a route, or a sentence that says why there is none."""
    if find_spec(f"services.{service}") is None or find_spec(f"services.{service}.app") is None:
        return None, f"There is no service {service} here yet."
    try:
        endpoints: Iterable[Any] = import_module(f"services.{service}.app").app.endpoints
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the service, the table can be shown
        return None, f"services/{service}/app.py cannot be imported: {error!r}"
    for endpoint in endpoints:
        if anonymous(f"{endpoint.method} {endpoint.template}") == anonymous(route):
            return endpoint, ""
    return None, f"The service {service} has no endpoint for it."
