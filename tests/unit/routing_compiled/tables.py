"""Route tables in mixed stages, and calls of all kinds, for tests of the compiled table."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from infra.routing import read_files
from infra.routing.compiled import Addresses, Matched
from infra.routing.compiled.cells import METHODS
from shared.route_items import ISSUERS, Spec
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, STAGES

ADDRESSES = Addresses("test", account="000000000000", region="eu-west-2", legacy_url="https://old.example")
SETTLED = (LEGACY, LIVE, RETIRED)
RULE = {"side": "old", "header": {"x-preview": "1"}}
FUNCTION = re.compile(r":function:tis-([a-z-]+)-test:live/invocations$")
FILES = {name: spec for name, spec in read_files().items() if name != ISSUERS}

Stage = Callable[[str, str], str]


def repeatable(seed: int | str) -> Random:
    """Chance that is the same in every run."""
    return Random(seed)  # noqa: S311 - not secret


def specs_in(stage_of: Stage) -> list[Spec]:
    """All services' routes as if each had a service that could answer; a function of service and route says the stage."""
    return [
        {
            "service": {**spec["service"], "upstream": name},
            "routes": {route: moved(terms, stage_of(name, route)) for route, terms in spec["routes"].items()},
        }
        for name, spec in FILES.items()
    ]


def moved(terms: Any, stage: str) -> Any:
    """A route's terms in another stage; `rules` stands for legacy with a rule."""
    terms = dict(terms) if isinstance(terms, dict) else {}
    if stage == "rules":
        return {**terms, "stage": LEGACY, "rules": [RULE]}
    return {**terms, "stage": stage, **({"permyriad": 3000} if stage == CANARY else {})}


def mixture(chance: Random) -> list[Spec]:
    """Some mixture of stages: a few services on the move, the others settled; some keep the caller's Host."""
    moving = chance.choice((0, 1, 2, len(FILES)))
    on_the_move = set(chance.sample(sorted(FILES), moving))
    rest = {name: chance.choice(SETTLED) for name in FILES}
    choices: Sequence[str] = chance.choice((SETTLED, (*STAGES, "rules"), (LEGACY, LIVE, CANARY)))
    share = chance.choice((0.05, 0.3, 1.0))

    def stage_of(service: str, _: str) -> str:
        return chance.choice(choices) if service in on_the_move and chance.random() < share else rest[service]

    specs = specs_in(stage_of)
    for spec in specs:
        if chance.random() < 0.1:
            spec["service"]["keep_host"] = [LEGACY]
    return specs


VALUES = (
    *("1", "12345", "a.b", "A%20B", "%C3%A9", "~x", "exists", "in", "code", "api", "posts", "placements", "{id}"),
    *("a%2Fb", "a%2fb", "%2e", "%2E%2e", "..", ".", "a;b=c", "", "%", "%zz", "x:y", "a+b", "e%78ists", "%70osts"),
)


def calls_of(specs: Sequence[Spec], chance: Random) -> Iterator[tuple[str, str]]:
    """Methods and paths without end: of the routes, near them, and elsewhere; most of them such as clients send."""
    routes = [route.partition(" ")[::2] for spec in specs for route in spec["routes"]]
    while True:
        method, template = chance.choice(routes)
        usual = chance.random() < 0.5
        values = VALUES[:8] if usual else VALUES
        segments = [chance.choice(values) if "{" in one else one for one in template.split("/")[1:]]
        if not usual:
            disturb(segments, chance)
        path = "/" + "/".join(segments) + ("/" if chance.random() < 0.15 else "")
        yield (method if chance.random() < 0.5 else chance.choice((*METHODS, "TRACE"))), path


def disturb(segments: list[str], chance: Random) -> None:
    """Put a segment in, take one out, spell one otherwise, or exchange two."""
    place = chance.randrange(len(segments))
    way = chance.randrange(5)
    if way == 0:
        segments.insert(place, chance.choice(VALUES))
    elif way == 1:
        segments[place:] = segments[place + 1 :]
    elif way == 2:
        segments[place] = "".join(f"%{ord(sign):02x}" if sign.isalnum() else sign for sign in segments[place])
    elif way == 3:
        segments[place] = chance.choice(VALUES)
    else:
        segments.append(chance.choice(VALUES))


class Target(NamedTuple):
    """Where an integration leads."""

    name: str
    uri: str
    seconds: float
    streamed: bool


def target_of(matched: Matched) -> Target:
    """Where a call that was matched goes."""
    integration: Mapping[str, Any] = matched.integration
    uri = integration["uri"]
    found = FUNCTION.search(uri)
    assert bool(found) == (integration["type"] == "aws_proxy")
    for name, value in matched.parameters.items():
        uri = uri.replace(f"{{{name}}}", value)
    seconds = integration["timeoutInMillis"] / 1000
    return Target(found[1] if found else LEGACY, uri, seconds, integration.get("responseTransferMode") == "STREAM")
