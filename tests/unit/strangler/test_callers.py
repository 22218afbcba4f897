"""Who calls, by order of precedence; claims count only where a token verifies, and are kept for a bounded time."""

import time
from typing import Any

import pytest

from services.strangler import claims as claims_module
from services.strangler.callers import COOKIE, identity, network, signed
from services.strangler.claims import VerifiedClaims, token_in
from shared.tokens import KeysUnavailable, Verifier
from tests.identity import AUDIENCE, ISSUER, Issuer
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
    assert who(claims={"sub": "id-1", "preferred_username": "anna"}) == "user:id-1"
    assert who(claims={"preferred_username": "anna"}) == "user:anna"
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


def claims_of(issuer: Issuer) -> VerifiedClaims:
    """Claims of an issuer's tokens."""
    found = VerifiedClaims(ISSUER, "memory:jwks", AUDIENCE)
    found._verifier = issuer.verifier()
    return found


def test_only_a_token_that_verifies_has_claims(issuer: Issuer) -> None:
    claims = claims_of(issuer)
    good, forged = issuer.token("anna"), Issuer().token("anna")
    assert claims.of(good)["sub"] == "id-anna"
    for bad in (forged, issuer.token("anna", exp=int(time.time()) - 600), issuer.token("anna", aud="x"), "a.b.c", ""):
        assert claims.of(bad) == {}


def test_claims_are_kept_and_not_longer_than_the_token(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = claims_of(issuer)
    token, short = issuer.token("anna"), issuer.token("bert", exp=int(time.time()) + 2)
    assert claims.of(token)
    assert claims.of(short)
    monkeypatch.setattr(claims, "_verifier", None)
    monkeypatch.setattr(claims, "_settings", ("", "", ""))
    assert claims.of(token)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3)
    assert (bool(claims.of(token)), bool(claims.of(short))) == (True, False)


def test_kept_claims_are_bounded(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims_module, "KEPT_TOKENS", 3)
    claims = claims_of(issuer)
    for number in range(5):
        claims.of(f"a.b.{number}")
    assert len(claims._kept) == 3


def test_issuer_that_is_away_is_not_asked_at_every_call() -> None:
    asked = []

    def fetch(url: str) -> Any:
        asked.append(url)
        raise OSError("away")

    claims = VerifiedClaims(ISSUER, "memory:jwks", AUDIENCE)
    claims._verifier = Verifier(ISSUER, "memory:jwks", AUDIENCE, fetch=fetch)
    token = Issuer().token("anna")
    assert [claims.of(token) for _ in range(5)] == [{}] * 5
    assert len(asked) == 1
    with pytest.raises(KeysUnavailable):
        claims._verifier.verify(token)
