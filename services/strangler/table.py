"""The route table, compiled: what is settled is decided here, once, so that a call finds its decision ready."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shared.route_items import ISSUERS, Spec, issuer_move
from shared.stages import CANARY, LEGACY, LIVE, NOT_MOVED, RETIRED, IssuerMove
from shared.trie import Trie

MOVED = (LIVE, RETIRED)
DEADLINE = 28.0  # seconds: the gateway's 29 less what the facade needs itself
UNLISTED = "unlisted"  # the route in log lines, where a path has none: the path itself may name a person


class Decision(NamedTuple):
    """Where a call goes."""

    service: str
    route: str
    stage: str
    upstream: str
    falls_back: bool = False  # a read may be asked of legacy when the upstream fails
    safe: bool | None = None  # does it only read? None: its method tells
    deadline: float = DEADLINE  # seconds
    keep_host: bool = False  # is the caller's Host sent on, and not the upstream's own?


class Rule(NamedTuple):
    """Pins callers to a side: all its tests must fit. A test is where to look, a name, and a value or `*` for any."""

    to_new: bool
    tests: tuple[tuple[str, str, str], ...]


class Route(NamedTuple):
    """A method at a path template. `settled` where the caller makes no difference."""

    settled: Decision | None
    old: Decision
    new: Decision
    rules: tuple[Rule, ...]
    permyriad: int
    journey: str
    client_header: str


class Table(NamedTuple):
    """All routes by template and method, what holds for other paths below a context, and which issuers count."""

    trie: Trie[dict[str, Route]]
    defaults: Mapping[str, Decision]  # by the first segment of the path
    issuer_move: IssuerMove = NOT_MOVED


ELSEWHERE = Decision("", UNLISTED, LEGACY, LEGACY)


def compile_table(specs: Iterable[Spec], *, all_legacy: bool = False) -> Table:
    """The table of some services; `all_legacy` takes back every route that is not retired, and no issuer."""
    trie: Trie[dict[str, Route]] = Trie()
    stages: dict[str, list[str]] = {}
    defaults: dict[str, Decision] = {}
    move = NOT_MOVED
    for spec in specs:
        head = spec["service"]
        if head["name"] == ISSUERS:
            move = issuer_move(spec)
            continue
        mine = []
        for name, terms in spec["routes"].items():
            route = compile_route(head, name, terms, all_legacy)
            method, _, template = name.partition(" ")
            node = trie.at(template)
            if node.value is None:
                node.value = {}
            node.value[method] = route
            mine.append(route.new.stage)
        for context in head["contexts"]:
            segment = context[1:]
            stages.setdefault(segment, []).extend(mine)
            defaults[segment] = default_decision(head, stages[segment])
    return Table(trie, defaults, move)


def compile_route(head: Mapping[str, Any], name: str, terms: Any, all_legacy: bool) -> Route:
    """One line of a route file, compiled."""
    if isinstance(terms, str):
        terms = {"stage": terms}
    stage = terms["stage"] if terms["stage"] == RETIRED or not all_legacy else LEGACY
    safe = terms.get("safe", name.startswith("GET "))
    deadline = terms.get("deadline", head.get("deadline", DEADLINE))
    keeps = head.get("keep_host", ())
    service, upstream = head["name"], head.get("upstream", LEGACY)
    old = Decision(service, name, stage, LEGACY, False, safe, deadline, LEGACY in keeps)
    new = Decision(service, name, stage, upstream, safe and stage != RETIRED, safe, deadline, upstream in keeps)
    rules = () if all_legacy or stage == RETIRED else tuple(map(compile_rule, terms.get("rules", ())))
    settled = None if rules or stage == CANARY else new if stage in MOVED else old
    journey = terms.get("journey", head["journey"])
    return Route(settled, old, new, rules, terms.get("permyriad", 0), journey, head.get("client_header", ""))


def compile_rule(rule: Mapping[str, Any]) -> Rule:
    """`{side = "new", header = {x-preview = "1"}, client = "gmc"}` as tests."""
    tests = [
        (kind, name, value)
        for kind in ("header", "cookie", "query", "claim")
        for name, value in rule.get(kind, {}).items()
    ]
    if "client" in rule:
        tests.append(("client", "", rule["client"]))
    return Rule(rule["side"] == "new", tuple(tests))


def default_decision(head: Mapping[str, Any], stages: list[str]) -> Decision:
    """What holds below a context path where no route does: the service's, once all routes there have moved."""
    deadline, keeps = head.get("deadline", DEADLINE), head.get("keep_host", ())
    upstream = head.get("upstream", LEGACY) if all(stage in MOVED for stage in stages) else LEGACY
    stage = LEGACY if upstream == LEGACY else LIVE if LIVE in stages else RETIRED
    return Decision(head["name"], UNLISTED, stage, upstream, stage == LIVE, None, deadline, upstream in keeps)
