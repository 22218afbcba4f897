"""The issuers' setting, their claims, and which of them count at which stage."""

import json
import logging
import time
from typing import Any

import jwt
import pytest

from shared.config import ConfigError, load
from shared.http.service import Settings
from shared.issuers import Issuer as Told
from shared.key_sets import KeysUnavailable
from shared.stages import IssuerMove
from shared.tokens import TokenError, Verifier
from tests.identity import ISSUER, OLD, Issuer, issuers_of

CLIENT = "4kq"
NEW = {
    "name": "cognito",
    "iss": "https://cognito.test/pool",
    "jwks_url": "https://cognito.test/pool/.well-known/jwks.json",
    "audiences": [CLIENT],
    "user_claims": ["preferred_username", "cognito:username", "username"],
}
KEYCLOAK, COGNITO = Issuer(), Issuer()
KEYS = {OLD["jwks_url"]: KEYCLOAK.jwks, NEW["jwks_url"]: {"keys": [{**COGNITO.jwks["keys"][0], "kid": "new-1"}]}}
ENVIRON = {"TIS_DATABASE_URL": "sqlite:///x", "TIS_PROFILE_URL": "http://profile.test"}


def id_token(user: str, **changed: Any) -> str:
    """An id token of Cognito."""
    claims = {"token_use": "id", "aud": CLIENT, "preferred_username": user, "cognito:username": "9f86d0"}
    return cognito_token(**{**claims, **changed})


def access_token(user: str, **changed: Any) -> str:
    """An access token of Cognito: without audience and preferred name."""
    return cognito_token(**{"token_use": "access", "client_id": CLIENT, "username": user, **changed})


def cognito_token(**claims: Any) -> str:
    """A token signed by Cognito's key."""
    now = int(time.time())
    payload = {"iss": NEW["iss"], "sub": "uuid", "iat": now, "exp": now + 3600, **claims}
    said = {name: value for name, value in payload.items() if value is not ...}
    return jwt.encode(said, COGNITO.key, "RS256", headers={"kid": "new-1"})


def verifier_at(stage: str, permyriad: int = 0) -> Verifier:
    """A verifier of both, at a stage of the move."""
    return Verifier(issuers_of(OLD, NEW), lambda: IssuerMove(stage, permyriad, "issuers"), fetch=KEYS.__getitem__)


def test_setting_is_read() -> None:
    settings = load(Settings, {**ENVIRON, "TIS_ISSUERS": json.dumps([OLD, NEW])})
    assert [issuer.name for issuer in settings.issuers] == ["keycloak", "cognito"]
    assert settings.issuers[0] == Told(
        "keycloak", ISSUER, "https://issuer.test/jwks", ("tis",), ("preferred_username",)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("keycloak", ["not JSON"]),
        ("[" * 100_000, ["not JSON"]),
        ("{}", ["list of issuers"]),
        ("[]", ["list of issuers"]),
        ("[7]", ["issuer 1", "object"]),
        (json.dumps([OLD, {}]), ["issuer 2: it lacks name", "issuer 2: it lacks user_claims"]),
        (json.dumps([OLD | {"audience": "tis"}]), ["audience is not known"]),
        (json.dumps([OLD | {"audiences": "tis"}]), ["audiences must be a list"]),
        (json.dumps([OLD | {"audiences": []}]), ["audiences must be a list"]),
        (json.dumps([OLD | {"user_claims": [""]}]), ["user_claims must be a list"]),
        (json.dumps([OLD | {"iss": None}]), ["iss must be a text"]),
        (json.dumps([OLD | {"jwks_url": "file:///keys"}]), ["https://"]),
        (json.dumps([OLD, NEW | {"iss": ISSUER}]), ["two issuers have the same iss"]),
        (json.dumps([OLD, NEW | {"name": "keycloak"}]), ["two issuers have the same name"]),
    ],
)
def test_fault_in_the_setting_is_told(text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as told:
        load(Settings, {**ENVIRON, "TIS_ISSUERS": text})
    assert [word for word in ("TIS_ISSUERS", *words) if word not in str(told.value)] == []


@pytest.mark.parametrize(
    ("token", "user"),
    [
        (lambda: KEYCLOAK.token("ann"), "ann"),
        (lambda: KEYCLOAK.token(""), ""),
        (lambda: id_token("ann"), "ann"),
        (lambda: id_token(""), ""),
        (lambda: id_token("", preferred_username=...), "9f86d0"),
        (lambda: id_token("", preferred_username=None), "9f86d0"),
        (lambda: access_token("ann"), "ann"),
    ],
)
def test_user_is_in_the_first_claim_that_is_there(token: Any, user: str) -> None:
    assert verifier_at("live").verify(token()).user == user


@pytest.mark.parametrize(
    "token",
    [
        lambda: id_token("ann", aud="another client"),
        lambda: id_token("ann", aud=...),
        lambda: id_token("ann", aud="another client", client_id=CLIENT),
        lambda: access_token("ann", client_id="another client"),
        lambda: access_token("ann", client_id=[CLIENT, 7]),
        lambda: access_token("ann", token_use="refresh"),
        lambda: KEYCLOAK.token("ann", typ="Refresh"),
        lambda: KEYCLOAK.token("ann", aud=CLIENT),
        lambda: KEYCLOAK.token("ann", iss=NEW["iss"], aud=CLIENT),
        lambda: cognito_token(iss=ISSUER, aud="tis", preferred_username="ann"),
        lambda: id_token("ann", exp=int(time.time()) - 90),
        lambda: id_token("ann", nbf=int(time.time()) + 90),
        lambda: id_token("ann", iss="https://stranger.test"),
        lambda: "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.e.i.c.t",
    ],
)
def test_refuses_what_is_not_for_us(token: Any) -> None:
    with pytest.raises(TokenError):
        verifier_at("live").verify(token())


def counts(verifier: Verifier, token: str) -> bool:
    """Does a token count?"""
    try:
        return bool(verifier.verify(token))
    except TokenError:
        return False


@pytest.mark.parametrize(
    ("stage", "old", "new"),
    [("legacy", True, False), ("shadow", True, False), ("live", True, True), ("retired", False, True)],
)
def test_stage_tells_which_count(stage: str, old: bool, new: bool) -> None:
    verifier = verifier_at(stage)
    assert (counts(verifier, KEYCLOAK.token("ann")), counts(verifier, id_token("ann"))) == (old, new)


def test_canary_takes_a_share_of_the_users_by_name() -> None:
    verifier = verifier_at("canary", 3000)
    users = [f"user-{number}" for number in range(200)]
    by_id = {user for user in users if counts(verifier, id_token(user))}
    by_access = {user for user in users if counts(verifier, access_token(user, sub="other"))}
    assert by_id == by_access
    assert 30 < len(by_id) < 90
    assert all(counts(verifier, KEYCLOAK.token(user)) for user in users[:20])


def test_stage_is_looked_up_for_every_call() -> None:
    stage = "live"
    verifier = Verifier(issuers_of(OLD, NEW), lambda: IssuerMove(stage), fetch=KEYS.__getitem__)
    token = id_token("ann")
    assert counts(verifier, token)
    stage = "legacy"
    assert not counts(verifier, token)
    stage = "retired"
    assert counts(verifier, token)


def test_without_a_stage_nothing_is_let_in() -> None:
    def unknown() -> IssuerMove:
        raise KeysUnavailable

    verifier = Verifier(issuers_of(OLD, NEW), unknown, fetch=KEYS.__getitem__)
    with pytest.raises(KeysUnavailable):
        verifier.verify(KEYCLOAK.token("ann"))


def test_at_legacy_the_new_issuer_is_not_even_asked() -> None:
    asked: list[str] = []
    verifier = Verifier(issuers_of(OLD, NEW), lambda: IssuerMove("legacy"), fetch=asked.append)
    assert not counts(verifier, id_token("ann"))
    assert asked == []


@pytest.mark.parametrize(
    ("token", "keys", "outcome"),
    [
        (lambda: id_token("ann"), KEYS, "verified"),
        (lambda: id_token("ann", exp=1), KEYS, "refused: ExpiredSignatureError"),
        (lambda: id_token("ann", aud="x"), KEYS, "refused: the audience is another"),
        (lambda: id_token("ann"), {NEW["jwks_url"]: "garbage"}, "keys unavailable"),
    ],
)
def test_shadow_says_how_it_went_and_nothing_of_the_user(
    token: Any, keys: Any, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    verifier = Verifier(issuers_of(OLD, NEW), lambda: IssuerMove("shadow"), fetch=keys.__getitem__)
    with caplog.at_level(logging.INFO):
        assert [counts(verifier, sent) for sent in [token()] * 3] == [False] * 3
    lines = [vars(record) for record in caplog.records if record.getMessage() == "shadow of an issuer"]
    assert {(line["issuer"], line["outcome"]) for line in lines} == {("cognito", outcome)}
    assert len(lines) == 1 if outcome == "verified" else 3
    assert "ann" not in [value for line in lines for value in line.values()]
