"""What is told of callers while profile is well, slow, wrong or away."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unavailable
from shared.kept_principals import ASK_PAUSE, KEPT_PRINCIPALS, LEGACY_CRASH, NOBODY_SECONDS, Principals
from shared.principals import Policy, Principal
from tests.unit.shared.refusals import maybe_refused

RESOURCE = "tis:references::reference:"
ANN: dict[str, Any] = {
    "userName": "ann",
    "permissions": ["read", "write"],
    "permissionPolicies": [{"resource": RESOURCE, "actions": ["Create"], "effect": "Allow"}],
    "designatedBodyCodes": ["1-A"],
}


class Profile:
    """Answers what it is told to, and notes the questions."""

    def __init__(self) -> None:
        self.answer: Any = (200, json.dumps(ANN).encode())
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.now = 0.0

    def fetch(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.asked.append((url, headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        status, body = self.answer
        return status, body

    def principals(self) -> Principals:
        return Principals("http://profile.test/", 60.0, 300.0, fetch=self.fetch, clock=lambda: self.now)


@pytest.fixture
def profile() -> Profile:
    return Profile()


def test_asks_with_the_token_and_the_headers_that_go_along(profile: Profile) -> None:
    found = profile.principals().of("t", "ann", {"traceparent": "00-1"})
    assert profile.asked == [("http://profile.test/api/userinfo", {"traceparent": "00-1", "Authorization": "Bearer t"})]
    assert found == Principal("ann", frozenset({"read", "write"}), (Policy(RESOURCE, frozenset({"Create"})),), ("1-A",))


def test_asks_once_a_token_while_fresh(profile: Profile) -> None:
    principals = profile.principals()
    for token in ("a", "b", "a", "b"):
        principals.of(token, "ann", {})
    assert len(profile.asked) == 2
    profile.now = 60.0
    principals.of("a", "ann", {})
    assert len(profile.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_somebody_whom_profile_does_not_know_is_nobody(profile: Profile, status: int) -> None:
    profile.answer = (status, b"<html>")
    assert profile.principals().of("t", "bob", {}) == Principal("bob")


CRASH = (500, json.dumps({"message": LEGACY_CRASH}).encode())
FRESH = Principal("ann", frozenset({"read", "write"}), (Policy(RESOURCE, frozenset({"Create"})),), ("1-A",))


def test_the_old_profiles_crash_is_nobody_for_a_moment(profile: Profile) -> None:
    principals = profile.principals()
    profile.answer = CRASH
    assert principals.of("t", "ann", {}) == Principal("ann")
    profile.answer, profile.now = (200, json.dumps(ANN).encode()), NOBODY_SECONDS
    assert principals.of("t", "ann", {}) == FRESH


def test_the_old_profiles_crash_takes_nothing_from_somebody_while_stale_is_good(profile: Profile) -> None:
    principals = profile.principals()
    principals.of("t", "ann", {})
    profile.answer, profile.now = CRASH, 61.0
    assert [principals.of("t", "ann", {}) for _ in range(3)] == [FRESH] * 3
    assert len(profile.asked) == 2
    profile.now = 359.0
    assert principals.of("t", "ann", {}) == FRESH
    profile.now = 361.0
    assert principals.of("t", "ann", {}) == Principal("ann")


def test_the_old_profiles_crash_over_one_user_is_no_pause_for_others(profile: Profile) -> None:
    principals = profile.principals()
    for token in ("t", "u"):
        principals.of(token, "ann", {})
    profile.answer, profile.now = CRASH, 61.0
    principals.of("t", "ann", {})
    profile.answer = (200, json.dumps(ANN | {"permissions": []}).encode())
    assert principals.of("u", "ann", {}).authorities == frozenset()


REFUSALS: list[Any] = [(400, b""), (413, b"<html>"), (414, b""), (431, b"{}")]
FAILURES: list[Any] = [
    OSError("refused"),
    TimeoutError(),
    (500, b'{"message":"other"}'),
    (500, b"[]"),
    (502, b"<html>"),
    (503, b""),
    (302, b"{}"),
    (200, b""),
    (200, b"<html>"),
    (200, b"null"),
    (200, b"[]"),
    (200, b"{}"),
    (200, b'{"userName":"ann","permissions":7}'),
    (200, b'{"userName":"ann","permissionPolicies":["x"]}'),
    (200, b'{"userName":"ann","permissionPolicies":[{"resource":"x"}]}'),
    (200, b"\xff\xfe"),
]
TROUBLE = FAILURES + REFUSALS


@pytest.mark.parametrize("answer", TROUBLE, ids=repr)
def test_what_profile_cannot_say_is_unavailable(profile: Profile, answer: Any) -> None:
    profile.answer = answer
    with pytest.raises(Unavailable, match="Try again"):
        profile.principals().of("t", "ann", {})


@pytest.mark.parametrize("answer", REFUSALS, ids=repr)
def test_a_refused_question_is_its_own_callers_matter_alone(profile: Profile, answer: Any) -> None:
    principals = profile.principals()
    for token in ("t", "u"):
        principals.of(token, "ann", {})
    profile.answer, profile.now = answer, 61.0
    with pytest.raises(Unavailable, match="Try again"):
        principals.of("t", "ann", {})
    profile.answer = (200, json.dumps(ANN | {"permissions": []}).encode())
    assert principals.of("u", "ann", {}).authorities == frozenset()
    assert principals.of("t", "ann", {}).authorities == frozenset()


@pytest.mark.parametrize("answer", FAILURES, ids=repr)
def test_stale_is_better_than_nothing_for_a_while(profile: Profile, answer: Any) -> None:
    principals = profile.principals()
    fresh = principals.of("t", "ann", {})
    profile.answer, profile.now = answer, 359.0
    assert principals.of("t", "ann", {}) == fresh
    profile.now = 361.0
    with pytest.raises(Unavailable):
        principals.of("t", "ann", {})


def test_a_profile_that_gave_no_answer_is_not_asked_again_at_once_by_those_who_have_one(profile: Profile) -> None:
    principals = profile.principals()
    fresh = principals.of("t", "ann", {})
    profile.answer, profile.now = TimeoutError(), 61.0
    assert [principals.of("t", "ann", {}) for _ in range(5)] == [fresh] * 5
    assert len(profile.asked) == 2
    with pytest.raises(Unavailable):
        principals.of("u", "bob", {})
    profile.answer, profile.now = (200, json.dumps(ANN | {"permissions": []}).encode()), 61.0 + ASK_PAUSE
    assert principals.of("t", "ann", {}).authorities == frozenset()


def test_nobody_is_asked_for_again_soon(profile: Profile) -> None:
    principals = profile.principals()
    profile.answer = (401, b"")
    assert principals.of("t", "ann", {}) == Principal("ann")
    profile.answer = (200, json.dumps(ANN).encode())
    assert principals.of("t", "ann", {}) == Principal("ann")
    profile.now = NOBODY_SECONDS
    assert principals.of("t", "ann", {}).authorities == {"read", "write"}


@pytest.mark.parametrize("answer", [(401, b""), CRASH], ids=repr)
def test_nobody_has_no_stale_time(profile: Profile, answer: Any) -> None:
    principals = profile.principals()
    profile.answer = answer
    principals.of("t", "ann", {})
    profile.answer, profile.now = TimeoutError(), NOBODY_SECONDS - 0.1
    assert principals.of("t", "ann", {}) == Principal("ann")
    profile.now = NOBODY_SECONDS
    with pytest.raises(Unavailable):
        principals.of("t", "ann", {})


def test_stale_is_over_once_profile_answers(profile: Profile) -> None:
    principals = profile.principals()
    principals.of("t", "ann", {})
    profile.answer, profile.now = (403, b""), 61.0
    assert principals.of("t", "ann", {}) == Principal("ann")


@pytest.mark.parametrize("body", [b"[" * 200_000])
def test_a_deep_answer_is_unavailable(profile: Profile, body: bytes) -> None:
    profile.answer = (200, body)
    with pytest.raises(Unavailable):
        profile.principals().of("t", "ann", {})


def test_keeps_a_bounded_number(profile: Profile) -> None:
    principals = profile.principals()
    for number in range(KEPT_PRINCIPALS + 50):
        principals.of(str(number), "ann", {})
    assert len(principals._kept) == KEPT_PRINCIPALS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


@given(
    st.integers(100, 599),
    st.binary()
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {"userName": json_values},
        optional={"permissions": json_values, "permissionPolicies": json_values, "designatedBodyCodes": json_values},
    ).map(lambda value: json.dumps(value).encode()),
)
def test_any_answer_makes_a_principal_or_is_unavailable(status: int, body: bytes) -> None:
    profile = Profile()
    profile.answer = (status, body)
    with maybe_refused(Unavailable):
        assert isinstance(profile.principals().of("t", "ann", {}), Principal)
