"""What may stand in a route file: each fault is a sentence."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.strangler.table import DEADLINE
from shared.cohort import PERMYRIADS
from shared.route_items import ISSUERS
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, STAGES

ON_THE_NEW_SIDE = (CANARY, LIVE, RETIRED)
PLACES = ("header", "cookie", "query", "claim")
SIDES = ("new", "old")

Check = tuple[Callable[[Any], bool], str]


def is_text(value: Any) -> bool:
    """Is it a text that is not empty?"""
    return isinstance(value, str) and bool(value)


def is_texts(value: Any) -> bool:
    """Is it a list of texts?"""
    return isinstance(value, list) and all(map(is_text, value))


def is_number(value: Any, most: float) -> bool:
    """Is it a number above 0 and not above `most`?"""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most


def is_permyriad(value: Any) -> bool:
    """Is it a whole number of ten-thousandths?"""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= PERMYRIADS


def is_context(value: Any) -> bool:
    """Is it a list of `/segment`?"""
    return is_texts(value) and bool(value) and all(one[0] == "/" and "/" not in one[1:] and one[1:] for one in value)


DEADLINES: Check = (lambda value: is_number(value, DEADLINE), f"a number of seconds, up to {DEADLINE:.0f}")
HEAD: Mapping[str, Check] = {
    "name": (is_text, "a text"),
    "contexts": (is_context, 'a list such as ["/reference"], each of one segment'),
    "journey": (is_text, "a text"),
    "upstream": (is_text, "a text"),
    "deadline": DEADLINES,
    "client_header": (is_text, "a text"),
    "keep_host": (is_texts, "a list of upstreams"),
}
NEEDED = ("name", "contexts", "journey")
TERMS: Mapping[str, Check] = {
    "stage": (lambda value: value in STAGES, f"one of {', '.join(STAGES)}"),
    "permyriad": (is_permyriad, f"a whole number from 0 to {PERMYRIADS}"),
    "safe": (lambda value: isinstance(value, bool), "true or false"),
    "deadline": DEADLINES,
    "journey": (is_text, "a text"),
    "rules": (lambda value: isinstance(value, list), "a list of rules"),
}
ISSUERS_HEAD = {key: HEAD[key] for key in NEEDED}
ISSUERS_TERMS = {key: TERMS[key] for key in ("stage", "permyriad", "journey")}


def check_known(found: Mapping[str, Any], checks: Mapping[str, Check]) -> Iterable[str]:
    """Keys that nobody knows, and values that are not what they should be."""
    for key, value in found.items():
        if key not in checks:
            yield f"{key} is not known here; what is: {', '.join(checks)}."
        elif not checks[key][0](value):
            yield f"{key} must be {checks[key][1]}, not {value!r}."


def check_head(head: Any, name: str) -> Iterable[str]:
    """What is wrong with a [service] table."""
    if not isinstance(head, dict):
        yield "[service] must be a table."
        return
    yield from (f"[service] lacks {key}." for key in NEEDED if key not in head)
    yield from (f"[service]: {fault}" for fault in check_known(head, ISSUERS_HEAD if name == ISSUERS else HEAD))
    if head.get("name", name) != name:
        yield f"[service]: name must be {name!r}, as the file is called, not {head['name']!r}."
    if head.get("upstream") == LEGACY:
        yield "[service]: upstream cannot be legacy: that is where every route is before it moves."


def check_terms(terms: Any, head: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with what stands behind a route."""
    terms = {"stage": terms} if isinstance(terms, str) else terms
    if not isinstance(terms, dict):
        yield 'what stands behind it must be a stage, or a table such as { stage = "legacy", safe = true }.'
        return
    faults = list(check_known(terms, ISSUERS_TERMS if head["name"] == ISSUERS else TERMS))
    yield from faults
    if "stage" not in terms:
        yield "it lacks a stage."
    elif not faults:
        yield from check_stage(terms, head)
        yield from (fault for rule in terms.get("rules", ()) for fault in check_rule(rule, terms["stage"], head))


def check_stage(terms: Mapping[str, Any], head: Mapping[str, Any]) -> Iterable[str]:
    """What its stage asks of a route."""
    stage = terms["stage"]
    if stage in ON_THE_NEW_SIDE and "upstream" not in head and head["name"] != ISSUERS:
        yield f"it cannot be {stage}: {head['name']} has no service yet that could answer it."
    if (stage == CANARY) != ("permyriad" in terms):
        yield "permyriad belongs to the stage canary, and to no other."


def check_rule(rule: Any, stage: str, head: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with a rule that pins callers to a side."""
    if not isinstance(rule, dict) or rule.get("side") not in SIDES or len(rule) == 1:
        yield 'a rule must be a table with side = "new" or "old" and one test or more.'
        return
    if rule["side"] == "new" and "upstream" not in head:
        yield f"a rule cannot pin callers to the new side: {head['name']} has no service yet."
    if stage == RETIRED:
        yield "a retired route has no rules: nothing goes to legacy any more."
    for key, value in rule.items():
        if key in PLACES:
            if not (isinstance(value, dict) and value and all(is_text(one) for one in value.values())):
                yield f'the test {key} must be a table of names and values, such as {{ x-preview = "1" }}.'
        elif key == "client":
            if not is_text(value):
                yield "the test client must be the id of a partner."
        elif key != "side":
            yield f"a rule can look at {', '.join(PLACES)} and client, not at {key}."
