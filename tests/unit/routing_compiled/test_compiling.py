"""What a compiled table keeps to: as few resources as there may be, and no hop that nothing asks for."""

from collections import Counter
from typing import Any

import pytest

from infra.routing.compiled import Compiled, compile_routes
from infra.routing.compiled.cells import STRANGLER
from infra.routing.compiled.large import LARGE
from infra.routing.compiled.planning import RESOURCE_LIMIT
from shared.route_items import Spec
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, STAGES
from tests.unit.routing_compiled.tables import FILES, SETTLED, repeatable, specs_in
from tests.unit.strangler.calls import spec_of


def targets(compiled: Compiled, service: str = "reference") -> Counter[str]:
    return Counter(one.target for one in compiled.answered if one.service == service)


def of_routes(routes: dict[str, Any], **head: Any) -> Compiled:
    return compile_routes([spec_of(routes, **head)])


@pytest.mark.parametrize("stage", SETTLED)
def test_all_settled_needs_no_strangler(stage: str) -> None:
    compiled = compile_routes(specs_in(lambda *_: stage))
    assert not compiled.strangler_needed
    assert {one.target for one in compiled.answered} == ({LEGACY} if stage == LEGACY else set(FILES))
    assert {one.reason for one in compiled.answered} == {""}


@pytest.mark.parametrize(
    ("service", "stage"), [*((name, LIVE) for name in FILES), ("tcs", LEGACY), ("reference", RETIRED)]
)
def test_settled_service_is_spared_whatever_the_others_do(service: str, stage: str) -> None:
    chance = repeatable(service)
    others = (*STAGES, "rules")
    specs = specs_in(lambda name, _: stage if name == service else chance.choice(others))
    compiled = compile_routes(specs)
    contexts = set(FILES[service]["service"]["contexts"])
    if any(contexts & set(spec["service"]["contexts"]) for name, spec in FILES.items() if name != service):
        contexts.clear()  # what no route lists there waits for the other service
    assert targets(compiled, service) == {LEGACY if stage == LEGACY else service: len(FILES[service]["routes"])}
    for path, row in compiled.resources.items():
        if path and f"/{path[0]}" in contexts:
            assert STRANGLER not in {cell.target for cell in row}, path
    assert len(compiled.resources) <= RESOURCE_LIMIT


@pytest.mark.parametrize("service", FILES)
def test_settled_routes_of_mixed_stages_are_all_decided_by_the_gateway(service: str) -> None:
    """But where a slash at the end tells two decisions apart, or tcs, with each route on a side of its own, is too large."""
    chance = repeatable(service)
    compiled = compile_routes(specs_in(lambda name, _: chance.choice(SETTLED) if name == service else LIVE))
    reasons = {one.reason for one in compiled.answered if one.service == service} - {"slash"}
    assert reasons <= ({"", "limit"} if service == "tcs" else {""})


@pytest.mark.parametrize("seed", range(3))
def test_limit_holds_in_any_mixture(seed: int) -> None:
    chance = repeatable(seed)
    specs = specs_in(lambda *_: chance.choice((*STAGES, "rules")))
    for limit in (2, 50, RESOURCE_LIMIT):
        compiled = compile_routes(specs, limit=limit)
        assert len(compiled.resources) <= limit
    roomy = compile_routes(specs, limit=2000)
    assert "limit" not in {one.reason for one in roomy.answered}
    assert len(roomy.resources) > RESOURCE_LIMIT


def test_more_resources_never_mean_more_hops() -> None:
    chance = repeatable(1)
    specs = specs_in(lambda *_: chance.choice(SETTLED))
    hops = [
        sum(one.reason == "limit" for one in compile_routes(specs, limit=at).answered) for at in (50, 150, 300, 500)
    ]
    assert hops == sorted(hops, reverse=True)
    assert hops[-1] < hops[0]


GRADE, GRADES = "GET /reference/api/grades/{id}", "GET /reference/api/grades"


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"stage": CANARY, "permyriad": 10_000}, "canary"),
        ("shadow", "shadow"),
        ({"stage": LIVE, "rules": [{"side": "old", "header": {"a": "1"}}]}, "rules"),
    ],
)
def test_undecided_route_says_why(terms: Any, reason: str) -> None:
    compiled = of_routes({GRADES: terms, GRADE: LEGACY})
    assert [(one.target, one.reason) for one in compiled.answered] == [(STRANGLER, reason), (LEGACY, "")]
    assert compiled.strangler_needed


def test_callers_host_is_the_facades_to_send_to_old_servers_alone() -> None:
    compiled = of_routes({GRADES: LIVE, GRADE: LEGACY}, keep_host=[LEGACY])
    assert [(one.target, one.reason) for one in compiled.answered] == [("reference", ""), (STRANGLER, "host")]


def test_two_decisions_by_a_slash_are_the_facades() -> None:
    compiled = of_routes({"POST /reference/api/grades/exists/": LIVE, "POST /reference/api/grades/{id}": LEGACY})
    assert [(one.target, one.reason) for one in compiled.answered] == [(STRANGLER, "slash"), (LEGACY, "")]


def test_segment_that_the_gateway_cannot_name_is_told() -> None:
    compiled = of_routes({"GET /reference/api/a@b/x": LIVE, GRADES: RETIRED, GRADE: RETIRED})
    assert compiled.unservable == (("reference", "api", "a@b"),)
    assert {(one.target, one.reason) for one in compiled.answered} == {(STRANGLER, "segment")}


def test_all_legacy_leaves_the_retired() -> None:
    specs: list[Spec] = [spec_of({GRADES: LIVE, GRADE: RETIRED, "PUT /reference/api/grades": "shadow"})]
    compiled = compile_routes(specs, all_legacy=True)
    assert [one.target for one in compiled.answered] == [LEGACY, "reference", LEGACY]
    assert not compiled.strangler_needed


def test_issuers_line_is_no_route() -> None:
    line = spec_of({"TOKEN /issuers/cognito": LIVE}, name="issuers", contexts=["/issuers"])
    assert [one.route for one in compile_routes([spec_of({GRADES: LIVE}), line]).answered] == [GRADES]


def test_large_answers_are_those_of_routes() -> None:
    assert {route for spec in FILES.values() for route in spec["routes"]} >= LARGE
