"""The stages of a move, and whose tokens count in which. Pure: routes and issuers move by the same words."""

from typing import NamedTuple

from shared.cohort import in_cohort

LEGACY, SHADOW, CANARY, LIVE, RETIRED = STAGES = ("legacy", "shadow", "canary", "live", "retired")
MAX_AGE = 3.0  # seconds after which what is known of a stage is read again before deciding
RETRY_AGE = 1.0  # seconds, where it could not be read
READ_SECONDS = 0.2  # a store that takes longer leaves the last reading in force
FIRST_READ_SECONDS = 2.0  # without any reading nothing can be decided: worth a longer wait


class IssuerMove(NamedTuple):
    """How far the move to the new issuer has come: its stage, a canary's share of the users, and their cohort's salt."""

    stage: str
    permyriad: int = 0
    journey: str = ""


ALL_COUNT = IssuerMove(LIVE)
NOT_MOVED = IssuerMove(LEGACY)


def user_identity(user: str) -> str:
    """How a user is called where callers are told apart: the same whichever issuer vouches for him or her."""
    return f"user:{user}"


def admits(stage: str, permyriad: int, journey: str, *, is_new: bool, user: str) -> bool:
    """Does a verified token of the old issuer, or of the new one, count for this user at this stage?"""
    if stage == RETIRED:
        return is_new
    if not is_new or stage == LIVE:
        return True
    return stage == CANARY and in_cohort(journey, user_identity(user), permyriad)
