"""Who is let in at which stage of the issuers' move: the promises that hold for every user."""

from hypothesis import given
from hypothesis import strategies as st

from shared.route_items import issuer_move
from shared.stages import STAGES, IssuerMove, admits

PERMYRIADS, USERS = st.integers(0, 10_000), st.text()
MOVES = st.builds(IssuerMove, st.sampled_from(STAGES), PERMYRIADS, st.text())


@given(MOVES, USERS)
def test_somebody_is_always_let_in(move: IssuerMove, user: str) -> None:
    assert admits(*move, is_new=False, user=user) or admits(*move, is_new=True, user=user)


@given(MOVES, USERS)
def test_old_one_counts_until_it_is_retired(move: IssuerMove, user: str) -> None:
    assert admits(*move, is_new=False, user=user) == (move.stage != "retired")


@given(USERS, st.text(), PERMYRIADS, PERMYRIADS)
def test_who_is_in_the_cohort_stays_when_it_grows(user: str, journey: str, some: int, more: int) -> None:
    small, large = sorted((some, more))
    if admits("canary", small, journey, is_new=True, user=user):
        assert admits("canary", large, journey, is_new=True, user=user)


@given(USERS, st.text())
def test_whole_and_empty_cohorts(user: str, journey: str) -> None:
    assert admits("canary", 10_000, journey, is_new=True, user=user)
    assert not admits("canary", 0, journey, is_new=True, user=user)


@given(USERS, st.text(), PERMYRIADS)
def test_a_move_forward_never_shuts_the_new_one_out(user: str, journey: str, permyriad: int) -> None:
    answers = [admits(stage, permyriad, journey, is_new=True, user=user) for stage in STAGES]
    assert answers == sorted(answers)


def test_line_is_read_in_either_form() -> None:
    def spec(terms: object) -> dict[str, object]:
        return {"service": {"journey": "issuers"}, "routes": {"TOKEN /issuers/cognito": terms}}

    assert issuer_move(spec("shadow")) == IssuerMove("shadow", 0, "issuers")
    assert issuer_move(spec({"stage": "canary", "permyriad": 5, "journey": "x"})) == IssuerMove("canary", 5, "x")
