"""Decisions: stages, rules, cohorts, methods that no route lists, slashes and paths that try to be clever."""

from itertools import product
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.strangler.decide import decide, segments_of
from services.strangler.table import ELSEWHERE, compile_table
from shared.cohort import in_cohort
from shared.stages import STAGES
from tests.unit.strangler.calls import incoming, spec_of, table_of

SITES, SITE = "GET /reference/api/sites", "GET /reference/api/sites/{id}"
EXISTS = "POST /reference/api/sites/exists/"


def upstream(routes: dict[str, Any], target: str = "/reference/api/sites", method: str = "GET", **more: Any) -> str:
    """Where a call goes."""
    head = more.pop("head", {})
    return decide(table_of(routes, **head), incoming(target, method, **more)).upstream


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("legacy", ("legacy", False)),
        ("shadow", ("legacy", False)),
        ("live", ("reference", True)),
        ("retired", ("reference", False)),
        ({"stage": "canary", "permyriad": 10_000}, ("reference", True)),
        ({"stage": "canary", "permyriad": 0}, ("legacy", False)),
        ({"stage": "live", "safe": False}, ("reference", False)),
    ],
)
def test_stage_decides(stage: Any, expected: tuple[str, bool]) -> None:
    decision = decide(table_of({SITES: stage}), incoming())
    assert (decision.upstream, decision.falls_back) == expected
    assert decision.route == SITES


def test_write_falls_back_only_where_it_is_safe() -> None:
    table = table_of({"POST /reference/api/sites": "live", EXISTS: {"stage": "live", "safe": True}})
    assert not decide(table, incoming(method="POST")).falls_back
    assert decide(table, incoming("/reference/api/sites/exists/", "POST")).falls_back


def test_head_follows_get() -> None:
    assert upstream({SITES: "live", "POST /reference/api/sites": "legacy"}, method="HEAD") == "reference"


@pytest.mark.parametrize(
    "target", ["/reference/api/sites/12", "/reference/api/sites/12/", "/reference/api/sites/a%2Fb?x=1"]
)
def test_template_holds_with_and_without_slash(target: str) -> None:
    assert upstream({SITE: "live", SITES: "legacy"}, target) == "reference"


def test_literal_beats_parameter() -> None:
    routes = {SITE: "legacy", "GET /reference/api/sites/current": "live"}
    assert upstream(routes, "/reference/api/sites/current") == "reference"
    assert upstream(routes, "/reference/api/sites/12") == "legacy"


def test_parameter_is_tried_where_the_literal_lacks_the_method() -> None:
    routes = {"PUT /reference/api/sites/{id}": "live", "GET /reference/api/sites/current": "legacy"}
    assert upstream(routes, "/reference/api/sites/current", "PUT") == "reference"


def test_template_that_ends_in_a_slash_is_one_of_its_own() -> None:
    routes = {EXISTS: "live", "POST /reference/api/sites/{id}": "legacy"}
    assert upstream(routes, "/reference/api/sites/exists/", "POST") == "reference"
    assert upstream(routes, "/reference/api/sites/exists", "POST") == "legacy"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("DELETE", "/reference/api/sites"),
        ("OPTIONS", "/reference/api/sites"),
        ("GET", "/reference/nowhere"),
        ("GET", "/reference"),
        ("GET", "/reference/"),
    ],
)
def test_what_no_route_lists_goes_to_the_service_once_all_have_moved(method: str, target: str) -> None:
    assert upstream({SITES: "live", SITE: "legacy"}, target, method) == "legacy"
    assert upstream({SITES: "live", SITE: {"stage": "canary", "permyriad": 10_000}}, target, method) == "legacy"
    assert upstream({SITES: "live", SITE: "retired"}, target, method) == "reference"


def test_services_that_share_a_context_move_together() -> None:
    one = spec_of({"GET /both/api/a": "live"}, name="one", contexts=["/both"], upstream="one")
    other = spec_of({"GET /both/api/b": "legacy"}, name="two", contexts=["/both"], upstream="two")
    assert decide(compile_table([one, other]), incoming("/both/x")).upstream == "legacy"
    assert decide(compile_table([other, one]), incoming("/both/x")).upstream == "legacy"


@pytest.mark.parametrize("target", ["/", "/other/api/sites", "/refer%65nces/api"])
def test_paths_elsewhere_go_to_legacy(target: str) -> None:
    assert upstream({SITES: "retired"}, target) == "legacy"


@pytest.mark.parametrize(
    "target",
    [
        "/reference/api/x/../sites",
        "/reference/api/x/%2e%2E/sites",
        "/reference//api/./sites",
        "/other/..//reference/api/sites",
        "/reference/api/sites;jsessionid=1",
        "/reference/ap%69/sites",
        "/../reference/api/sites",
    ],
)
def test_no_spelling_reaches_legacy_behind_a_retired_route(target: str) -> None:
    assert upstream({SITES: "retired", SITE: "legacy"}, target) == "reference"


def test_double_encoding_is_not_decoded_twice() -> None:
    assert segments_of("/a/%252e%252e/b%252F") == ["a", "%2e%2e", "b%2F"]


def test_all_legacy_leaves_the_retired() -> None:
    canary = {"stage": "canary", "permyriad": 10_000}
    routes = {
        SITES: "live",
        SITE: "retired",
        "PUT /reference/api/sites": canary,
        "DELETE /reference/api/sites/{id}": "shadow",
    }
    table = table_of(routes, all_legacy=True)
    calls = [("GET", "/reference/api/sites"), ("GET", "/reference/api/sites/1"), ("PUT", "/reference/api/sites")]
    assert [decide(table, incoming(path, method)).upstream for method, path in calls] == [
        "legacy",
        "reference",
        "legacy",
    ]
    assert decide(table, incoming("/reference/else")).upstream == "legacy"


@pytest.mark.parametrize(
    ("tests", "fitting", "other"),
    [
        ({"header": {"X-Preview": "1"}}, {"headers": {"x-preview": "1"}}, {"headers": {"x-preview": "2"}}),
        ({"header": {"x-preview": "*"}}, {"headers": {"x-preview": "any"}}, {}),
        ({"cookie": {"side": "new"}}, {"headers": {"cookie": "a=b; side=new"}}, {"headers": {"cookie": "side=old"}}),
        (
            {"query": {"side": "new"}},
            {"target": "/reference/api/sites?a&side=n%65w"},
            {"target": "/reference/api/sites"},
        ),
        ({"client": "gmc"}, {"headers": {"x-client-id": "gmc"}}, {"headers": {"x-client-id": "nhs"}}),
        (
            {"claim": {"role": "tester"}},
            {"headers": {"authorization": "Bearer t"}, "claims": {"role": ["x", "tester"]}},
            {"headers": {"authorization": "Bearer t"}, "claims": {}},
        ),
        (
            {"header": {"a": "1"}, "query": {"b": "2"}},
            {"headers": {"a": "1"}, "target": "/reference/api/sites?b=2"},
            {"headers": {"a": "1"}},
        ),
    ],
)
def test_rule_pins_who_fits_it(tests: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any]) -> None:
    for stage, side, pinned, rest in (("legacy", "new", "reference", "legacy"), ("live", "old", "legacy", "reference")):
        routes = {SITES: {"stage": stage, "rules": [{"side": side, **tests}]}}
        head = {"client_header": "x-client-id"}
        assert upstream(routes, **fitting, head=head) == pinned
        assert upstream(routes, **other, head=head) == rest


def test_first_fitting_rule_wins_over_the_cohort() -> None:
    rules = [{"side": "old", "header": {"a": "1"}}, {"side": "new", "header": {"b": "1"}}]
    routes = {SITES: {"stage": "canary", "permyriad": 0, "rules": rules}}
    assert upstream(routes, headers={"a": "1", "b": "1"}) == "legacy"
    assert upstream(routes, headers={"b": "1"}) == "reference"


def test_cohort_is_the_same_for_every_route_of_a_journey() -> None:
    canary = {"stage": "canary", "permyriad": 3_000}
    table = table_of({SITES: canary, SITE: canary, "GET /reference/api/roles": {**canary, "journey": "other"}})
    sides = {"same": set(), "other": set()}  # type: dict[str, set[tuple[str, str]]]
    for number in range(200):
        headers, claims = {"authorization": "Bearer t"}, {"preferred_username": f"id-{number}"}
        first, second, third = (
            decide(table, incoming(path, headers=headers, claims=claims)).upstream
            for path in ("/reference/api/sites", "/reference/api/sites/1", "/reference/api/roles")
        )
        sides["same"].add((first, second))
        sides["other"].add((first, third))
        assert (first == "reference") == in_cohort("reference", f"user:id-{number}", 3_000)
    assert sides["same"] == {("legacy", "legacy"), ("reference", "reference")}
    assert len(sides["other"]) == 4


SEGMENTS = st.sampled_from(
    ["reference", "api", "sites", "current", "{id}", "12", "a b", "é", "..", ".", "", "%", "x;y", "a/b"]
)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=6)


@given(st.lists(PATHS, min_size=1, max_size=12), PATHS, st.sampled_from(["GET", "PUT", "HEAD", "OPTIONS"]))
def test_decision_is_that_of_the_best_fitting_template(
    templates: list[list[str]], path: list[str], method: str
) -> None:
    """Against every route in turn, tried in the order of how literal they are."""
    clean = [[part for part in template if part not in ("..", ".", "", "%", "x;y", "a/b")] for template in templates]
    routes = {f"GET /{'/'.join(template)}": "live" for template in clean if template}
    table = table_of(routes)
    asked = incoming("/" + "/".join(quote(part, safe=";{}") for part in path), method)
    segments = segments_of(asked.path)

    def fits(template: list[str], parts: list[str]) -> bool:
        return len(template) == len(parts) and all(
            one == other or (one == "{id}" and other) for one, other in zip(template, parts, strict=True)
        )

    found = [
        template
        for parts in (segments, segments[:-1] if segments[-1] == "" else None)
        if parts is not None
        for template in sorted(clean, key=lambda t: [part == "{id}" for part in t])
        if template and fits(template, parts)
    ]
    decision = decide(table, asked)
    expected = f"GET /{'/'.join(found[0])}" if found and method in ("GET", "HEAD") else "unlisted"
    assert decision.route == expected


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60))
def test_every_path_is_decided(text: str) -> None:
    asked = incoming(f"/{text}")
    assert asked.target == f"/{text}"
    assert decide(table_of({SITES: "live", SITE: "retired"}), asked).upstream in ("legacy", "reference")


@given(st.lists(SEGMENTS, max_size=6))
def test_resolved_segments_hold_nothing_to_resolve(parts: list[str]) -> None:
    resolved = segments_of("/" + "/".join(quote(part, safe=";") for part in parts))
    assert not {"..", "."} & set(resolved)
    assert "" not in resolved[:-1] or not any("%" in part or ";" in part for part in parts)
    assert all(unquote(part) or True for part in resolved)


def test_every_stage_is_known_to_the_table() -> None:
    for stage, method in product(STAGES, ("GET", "POST")):
        terms = {"stage": stage, "permyriad": 1} if stage == "canary" else stage
        assert (
            decide(table_of({f"{method} /reference/api/x": terms}), incoming("/reference/api/x", method)).stage == stage
        )


def test_issuers_line_is_no_route() -> None:
    line = spec_of({"TOKEN /issuers/cognito": "retired"}, name="issuers", contexts=["/issuers"])
    for all_legacy in (False, True):
        table = compile_table([spec_of({"GET /reference/api/x": "live"}), line], all_legacy=all_legacy)
        assert table.issuer_move.stage == "retired"
        for method in ("GET", "TOKEN"):
            assert decide(table, incoming("/issuers/cognito", method)) == ELSEWHERE
    assert table_of({}).issuer_move.stage == "legacy"
