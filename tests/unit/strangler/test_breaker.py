"""The breaker and the budget of retries."""

import pytest

from services.strangler.breaker import FADE_SECONDS, OPEN_SECONDS, Breaker, RetryBudget


def failing(calls: int, start: float = 0.0, apart: float = 0.01) -> Breaker:
    """A breaker after some failures."""
    breaker = Breaker()
    for number in range(calls):
        breaker.failed(start + number * apart)
    return breaker


def test_few_failures_leave_it_closed() -> None:
    assert failing(4).admits(0.04)


def test_five_failures_open_it_for_a_while() -> None:
    breaker = failing(5)
    assert not breaker.admits(0.05)
    assert breaker.admits(0.04 + OPEN_SECONDS)


def test_half_of_the_calls_is_too_much_and_less_is_not() -> None:
    breaker = Breaker()
    for number in range(40):
        breaker.failed(number / 100)
        for _ in range(2):
            breaker.succeeded()
    assert breaker.admits(1.0)


def test_old_failures_fade() -> None:
    assert failing(20, apart=FADE_SECONDS / 2).admits(20 * FADE_SECONDS)


def test_trial_settles_it() -> None:
    breaker = failing(5)
    breaker.failed(3.0)
    assert not breaker.admits(3.0 + OPEN_SECONDS / 2)
    breaker.succeeded()
    assert breaker.admits(3.1)
    breaker.failed(3.2)
    assert breaker.admits(3.2)


def test_budget_grants_three_at_once_and_then_a_fifth() -> None:
    budget = RetryBudget()
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
    granted = 0
    for _ in range(100):
        budget.earn()
        granted += budget.spend()
    assert granted == pytest.approx(20, abs=1)


def test_budget_does_not_pile_up() -> None:
    budget = RetryBudget()
    for _ in range(1000):
        budget.earn()
    assert sum(budget.spend() for _ in range(10)) <= 4
