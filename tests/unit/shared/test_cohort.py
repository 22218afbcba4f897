"""Cohorts: deterministic, monotone, as large as asked, unrelated between journeys."""

from hypothesis import given
from hypothesis import strategies as st

from shared.cohort import PERMYRIADS, bucket, in_cohort

CALLERS = [f"user:{number}" for number in range(5_000)]


def test_bucket_is_the_one_of_the_algorithm() -> None:
    """Fixed for ever: another hash would move every caller of every running canary."""
    assert [bucket("reference", f"user:id-{number}") for number in range(4)] == [4517, 5933, 1811, 8859]


@given(st.text(), st.text(), st.integers(0, PERMYRIADS), st.integers(0, PERMYRIADS))
def test_growing_canary_keeps_its_callers(salt: str, caller: str, one: int, other: int) -> None:
    smaller, larger = sorted((one, other))
    assert not in_cohort(salt, caller, smaller) or in_cohort(salt, caller, larger)


@given(st.text(), st.text())
def test_ends_are_nobody_and_everybody(salt: str, caller: str) -> None:
    assert not in_cohort(salt, caller, 0)
    assert in_cohort(salt, caller, PERMYRIADS)


def test_tenth_of_5000_callers_is_a_tenth() -> None:
    for salt in ("reference", "tcs", "profile", "revalidation"):
        chosen = sum(in_cohort(salt, caller, 1_000) for caller in CALLERS)
        assert 450 <= chosen <= 550


def test_journeys_choose_independently() -> None:
    both = sum(in_cohort("reference", caller, 5_000) and in_cohort("tcs", caller, 5_000) for caller in CALLERS)
    assert 1_100 <= both <= 1_400
