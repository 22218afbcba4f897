"""Who calls, by order of precedence; a token's user counts only where the token does."""

import time
from typing import Any

import jwt
import pytest

from services.strangler.callers import COOKIE, identity, network, signed
from services.strangler.claims import VerifiedCallers, token_in, tokens_in
from services.strangler.incoming import Incoming
from shared.stages import IssuerMove
from shared.tokens import Verifier
from tests.events import event
from tests.identity import OLD, Issuer, issuers_of
from tests.unit.strangler.calls import incoming

KEY = "cookie-key"
EVERYTHING = {
    "authorization": "Bearer t",
    "x-client-id": "gmc",
    "cookie": f"a=b; {COOKIE}={signed('anna', KEY)}",
    "user-agent": "curl/8",
}


def who(without: tuple[str, ...] = (), claims: dict[str, Any] | None = None, **changed: str) -> str:
    """The identity of a caller who tells all there is, but for some headers."""
    headers = {name: value for name, value in EVERYTHING.items() if name not in without} | changed
    return identity(incoming(headers=headers, claims=claims, cookie_key=KEY), "X-Client-Id")


def test_precedence() -> None:
    assert who(claims={"sub": "id-1", "preferred_username": "anna"}) == "user:anna"
    assert who() == "client:gmc"
    assert who(("x-client-id",)) == "cookie:anna"
    assert who(("x-client-id", "cookie")) == "network:198.51.100:curl/8"


@pytest.mark.parametrize("cookie", [signed("anna", "other"), "anna", "anna.", signed("anna", KEY) + "0", "änna.x"])
def test_cookie_that_is_not_signed_by_us_counts_for_nothing(cookie: str) -> None:
    assert who(("x-client-id",), cookie=f"{COOKIE}={cookie}").startswith("network:")


def test_without_a_key_no_cookie_counts() -> None:
    asked = incoming(headers={"cookie": f"{COOKIE}={signed('anna', '')}"})
    assert identity(asked, "").startswith("network:")


@pytest.mark.parametrize(
    ("address", "shared"),
    [("198.51.100.7", "198.51.100"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", ""), ("::x", "::x")],
)
def test_network(address: str, shared: str) -> None:
    assert network(address) == shared


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"authorization": ["Bearer abc"]}, "abc"),
        ({"authorization": ["bearer  abc"]}, "abc"),
        ({"oidc_access_token": ["xyz"], "authorization": ["Bearer abc"]}, "abc"),
        ({"oidc_access_token": ["xyz"]}, "xyz"),
        ({"authorization": ["Basic abc"]}, "Basic abc"),
        ({}, None),
    ],
)
def test_token_in_either_header(headers: dict[str, list[str]], token: str | None) -> None:
    assert token_in(headers) == token


def test_all_tokens_that_a_call_bears() -> None:
    headers = {"authorization": ["Bearer a", "b"], "oidc_access_token": ["c", ""]}
    assert tokens_in(headers) == ["a", "b", "c", ""]
    assert tokens_in({"accept": ["*/*"]}) == []


KEYCLOAK, COGNITO = Issuer(), Issuer()
NEW = OLD | {"name": "cognito", "iss": "https://new.test", "user_claims": ["cognito:username"]}


def callers_at(stage: str, permyriad: int = 0) -> VerifiedCallers:
    """Callers by the tokens of both issuers."""
    issuers, move = (
        issuers_of(OLD, NEW | {"jwks_url": "https://new.test/jwks"}),
        IssuerMove(stage, permyriad, "issuers"),
    )
    keys = {OLD["jwks_url"]: KEYCLOAK.jwks, "https://new.test/jwks": COGNITO.jwks}
    found = VerifiedCallers(issuers, lambda: move)
    found._verifier = Verifier(issuers, lambda: move, fetch=keys.__getitem__)
    return found


def new_token(user: str, **claims: Any) -> str:
    """A token of the new issuer, which tells the user elsewhere."""
    return COGNITO.token("", iss="https://new.test", **{"cognito:username": user}, **claims)


def test_only_a_token_that_counts_names_anybody() -> None:
    callers = callers_at("live")
    found = callers.of(KEYCLOAK.token("anna"))
    assert found is not None
    assert (found.user, found.claims["sub"]) == ("anna", "id-anna")
    late, other = int(time.time()) - 600, "x"
    for bad in (COGNITO.token("anna"), KEYCLOAK.token("a", exp=late), KEYCLOAK.token("a", aud=other), "a.b.c", ""):
        assert callers.of(bad) is None
    assert callers_at("legacy").of(new_token("anna")) is None


def unsigned(user: str) -> str:
    """A token that nobody has signed, as the old servers would take it."""
    return jwt.encode({"iss": OLD["iss"], "aud": "tis", "preferred_username": user}, "", "none")


GOOD = KEYCLOAK.token("anna")
NOT_COUNTING = [unsigned("admin"), COGNITO.token("admin"), KEYCLOAK.token("a", exp=1), "a.b.c", "", "Basic YTpi"]


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({}, True),
        ({"Authorization": [f"Bearer {GOOD}"]}, True),
        ({"OIDC_access_token": [GOOD], "Authorization": [f"Bearer {GOOD}"]}, True),
        *(({"Authorization": [f"Bearer {bad}"]}, False) for bad in NOT_COUNTING),
        *(({"OIDC_access_token": [bad]}, False) for bad in NOT_COUNTING),
        ({"OIDC_access_token": [unsigned("admin")], "Authorization": [f"Bearer {GOOD}"]}, False),
        ({"Authorization": [f"Bearer {GOOD}", f"Bearer {unsigned('admin')}"]}, False),
        ({"Authorization": [f"Bearer {new_token('anna')}"]}, False),
    ],
)
def test_old_server_may_answer_for_a_new_one_only_where_every_token_counts(
    headers: dict[str, list[str]], *, may: bool
) -> None:
    made = {**event("GET", "/reference/api/sites", {}), "multiValueHeaders": headers}
    assert Incoming(made, callers_at("legacy").of).may_fall_back is may


def test_without_issuers_only_a_call_without_token_may_fall_back() -> None:
    callers = VerifiedCallers(None, lambda: IssuerMove("live"))
    made = event("GET", "/reference/api/sites", {"authorization": f"Bearer {GOOD}"})
    assert not Incoming(made, callers.of).may_fall_back
    assert Incoming(event("GET", "/reference/api/sites", {}), callers.of).may_fall_back


def test_caller_keeps_the_identity_when_the_issuer_changes() -> None:
    callers = callers_at("live")
    by_either = []
    for token in (KEYCLOAK.token("anna"), new_token("anna", sub="another id")):
        made = event("GET", "/reference/api/sites", {"authorization": f"Bearer {token}"})
        by_either.append(identity(Incoming(made, callers.of), ""))
    assert by_either == ["user:anna"] * 2


def test_user_without_a_name_is_a_caller() -> None:
    assert who(claims={"preferred_username": ""}) == "user:"


def test_without_issuers_no_token_counts() -> None:
    assert VerifiedCallers(None, lambda: IssuerMove("live")).of(KEYCLOAK.token("anna")) is None


def test_issuer_that_is_away_is_not_asked_at_every_call() -> None:
    asked = []

    def fetch(url: str) -> Any:
        asked.append(url)
        raise OSError("away")

    callers = callers_at("live")
    callers._verifier = Verifier(issuers_of(OLD), fetch=fetch)
    assert [callers.of(KEYCLOAK.token("anna")) for _ in range(5)] == [None] * 5
    assert len(asked) == 1
