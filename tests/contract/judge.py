"""Judges an answer against the recorded one. recorded/README.md tells what is compared."""

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from tests.contract.exchanges import Answer, Exchange, shortened
from tests.contract.marks import Marks, parse_recorded
from tests.contract.values import Comparison

COMPARED: Final = ("location", "link", "x-total-count")
COMPARED_PREFIXES: Final = ("x-referenceapp-", "x-profileapp-", "x-tcsapp-", "x-assessmentapp-")
ANY_FAILURE: Final = range(400, 501)
FAILURES_FROM: Final = 300
UNAUTHORISED: Final = 401


class Miss(NamedTuple):
    """Where an answer departs from the recorded one: what was expected, and what came."""

    expected: str
    got: str


def judge(exchange: Exchange, answer: Answer, marks: Marks, *, strict: bool = False) -> Miss | None:
    """What is wrong with an answer, or None; binds marks. `strict`: the layout of JSON counts too."""
    if exchange.crash:
        return None if answer.status in ANY_FAILURE else Miss("any 4xx, or 500", shown(answer))
    if answer.status != exchange.status:
        if max(answer.status, exchange.status) < FAILURES_FROM and exchange.answer_body:
            judge_body(exchange, answer, marks, strict=strict)  # for the marks: later requests need them
        return Miss(f"{exchange.status} {shortened(exchange.answer_body or '')}", shown(answer))
    if answer.status == UNAUTHORISED and not exchange.answer_body:
        return None  # the token was refused: how, is the deployment's matter
    return judge_body(exchange, answer, marks, strict=strict) or judge_headers(exchange, answer, marks)


def judge_body(exchange: Exchange, answer: Answer, marks: Marks, *, strict: bool) -> Miss | None:
    """What is wrong with the body, or None."""
    if exchange.answer_body is None or exchange.method == "HEAD":
        return None
    problem = body_problem(exchange, answer, marks, strict=strict)
    if problem is None:
        return None
    return Miss(
        shortened(marks.fill(exchange.answer_body)) or "(empty)", f"{problem}: {shortened(answer.body) or '(empty)'}"
    )


def body_problem(exchange: Exchange, answer: Answer, marks: Marks, *, strict: bool) -> str | None:
    """The same in words: JSON is compared by value and by the order of its fields, anything else as text."""
    recorded = marks.fill(exchange.answer_body or "")
    try:
        expected = parse_recorded(recorded)
    except ValueError:
        return None if marks.fit(recorded, answer.body) else "another text"
    try:
        got = json.loads(answer.body)
    except ValueError:
        return "not JSON" if answer.body else "an empty body"
    comparison = Comparison(marks, exchange.unordered)
    if not comparison.equal(expected, got):
        return f"differs at {comparison.where}"
    if not comparison.same_order:
        return "its fields in another order"
    if strict and not exchange.unordered and not marks.fit(recorded, answer.body):
        return "the same values in another layout"
    return None


def judge_headers(exchange: Exchange, answer: Answer, marks: Marks) -> Miss | None:
    """The first header that departs, or None."""
    if exchange.answer_headers is None:
        return None
    expected, got = exchange.answer_headers, answer.headers
    for name in sorted(name for name in {*expected, *got} if is_compared(name)):
        if name not in expected or name not in got or not marks.fit(expected[name], got[name]):
            return header_miss(name, expected, got)
    if "content-type" in expected and media_type(expected) != media_type(got):
        return header_miss("content-type", expected, got)
    if "allow" in expected and methods(expected) != methods(got):
        return header_miss("allow", expected, got)
    return None


def is_compared(name: str) -> bool:
    """Is a header, by its lower-case name, compared to the letter?"""
    return name in COMPARED or name.startswith(COMPARED_PREFIXES)


def header_miss(name: str, expected: Mapping[str, str], got: Mapping[str, str]) -> Miss:
    """The miss that a header makes."""
    return Miss(f"{name}: {expected.get(name, '(none)')}", f"{name}: {got.get(name, '(none)')}")


def media_type(headers: Mapping[str, str]) -> str:
    """The media type without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def methods(headers: Mapping[str, str]) -> set[str]:
    """The methods that Allow names."""
    return {method.strip().upper() for method in headers.get("allow", "").split(",") if method.strip()}


def shown(answer: Answer) -> str:
    """An answer on one line."""
    return f"{answer.status} {shortened(answer.body) or '(empty)'}"
