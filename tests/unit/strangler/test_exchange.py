"""How the time of a call is shared between an upstream and its fallback, and who is asked when it is used up."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.routing import read_files
from services.strangler.exchange import FAILING, Exchange, Message
from services.strangler.forward import Trace
from services.strangler.problems import Refusal
from services.strangler.table import Decision, compile_table
from shared.calling.client import TimedOut, Unreached
from shared.calling.wire import Answer
from shared.kept_principals import ASK_SECONDS

ROUTES = Path(__file__).parents[3] / "infra" / "routes"
LIVE = Decision("profile", "GET /profile/api/userinfo", "live", "profile", falls_back=True, safe=True, deadline=2.5)
Behaviour = Callable[[float], Answer]


class Clock:
    """A time that goes on only when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def hang(self, seconds: float) -> Answer:
        """An upstream that takes all the time that it is given."""
        self.now += seconds
        raise TimedOut


class Asked:
    """An upstream that notes how long it was given."""

    authority = "upstream.test"

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.given: list[float] = []

    def send(self, *parts: Any, repeatable: bool) -> Answer:
        assert repeatable
        self.given.append(parts[4])
        return self.behaviour(parts[4])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("services.strangler.exchange.time", SimpleNamespace(monotonic=lambda: found.now))
    return found


def answering(status: int) -> Behaviour:
    return lambda _: Answer(status, {}, b"")


def unreached(_: float) -> Answer:
    raise Unreached


def exchange_of(profile: Behaviour, legacy: Behaviour | None = None) -> tuple[Exchange, Asked, Asked]:
    """An exchange between two upstreams, and these."""
    exchange, new, old = Exchange(lambda _: None), Asked(profile), Asked(legacy or answering(200))
    exchange._upstreams = {"profile": new, "legacy": old}  # type: ignore[dict-item]
    return exchange, new, old


def message(may_fall_back: Callable[[], bool]) -> Message:
    trace = Trace("c", "a" * 32, "01", restarted=False, amazon="")
    return Message("GET", "/profile/api/userinfo", {}, None, "", trace, safe=True, may_fall_back=may_fall_back)


@pytest.mark.parametrize("name", ["userinfo", "userupdate"])
def test_fallback_comes_while_services_still_wait(clock: Clock, name: str) -> None:
    spec = dict(read_files(ROUTES))["profile"]
    route = f"GET /profile/api/{name}"
    table = compile_table([{**spec, "routes": {route: {**spec["routes"][route], "stage": "live"}}}])
    (methods, _) = next(iter(table.trie.matches(["profile", "api", name])))
    decision = methods["GET"].new
    exchange, new, old = exchange_of(clock.hang, clock.hang)
    with pytest.raises(Refusal) as told:
        exchange.ask(message(lambda: True), decision, decision.deadline)
    assert told.value.status == 504
    assert new.given + old.given == pytest.approx([2.5 * 2 / 3, 2.5 / 3])
    assert sum(new.given + old.given) < ASK_SECONDS


@pytest.mark.parametrize("status", FAILING)
def test_failing_answer_stands_where_a_fallback_would_believe_anything(clock: Clock, status: int) -> None:
    assert clock
    exchange, _, old = exchange_of(answering(status))
    answer, served_by = exchange.ask(message(lambda: False), LIVE, 2.5)
    assert (answer.status, served_by, old.given) == (status, "profile", [])
    answer, served_by = exchange.ask(message(lambda: True), LIVE, 2.5)
    assert (answer.status, served_by) == (200, "legacy")


@pytest.mark.parametrize(("is_up", "status"), [(True, 504), (False, 502)])
def test_failure_stands_where_a_fallback_would_believe_anything(clock: Clock, *, is_up: bool, status: int) -> None:
    exchange, _, old = exchange_of(clock.hang if is_up else unreached)
    with pytest.raises(Refusal) as told:
        exchange.ask(message(lambda: False), LIVE, 2.5)
    assert (told.value.status, old.given) == (status, [])
    for _ in range(8):
        with pytest.raises(Refusal):  # the breaker's, at last
            exchange.ask(message(lambda: False), LIVE, 2.5)
    assert old.given == []


def test_tokens_are_looked_at_only_where_a_fallback_is_due(clock: Clock) -> None:
    assert clock
    exchange, _, _ = exchange_of(answering(200))
    asked = message(lambda: pytest.fail("A token was looked at."))
    assert exchange.ask(asked, LIVE, 2.5)[1] == "profile"
    assert exchange.ask(asked, Decision("", "r", "legacy", "legacy", safe=True), 2.5)[1] == "legacy"


def test_no_time_left_after_keys_were_fetched_is_a_refusal(clock: Clock) -> None:
    exchange, _, old = exchange_of(answering(503))

    def slow_keys() -> bool:
        clock.now += 2.49
        return True

    with pytest.raises(Refusal) as told:
        exchange.ask(message(slow_keys), LIVE, 2.5)
    assert (told.value.status, old.given) == (504, [])
