"""Tokens that are none, under either header: 401 on paths of every kind, also where nothing is served."""

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest

from shared.http.service import Service
from tests.authority.people import ASKED, only
from tests.events import ask
from tests.identity import KEY_ID, Issuer
from tests.integration.watching import watched

ODD = {
    "nothing": "",
    "a blank": " ",
    "garbage": "abc.def.ghi",
    "two parts": "abc.def",
    "no parts": "abc",
    "dots": "..",
    "not base64": "!.!.!",
    "10 KB": "a" * 10_240,
    "10 KB in three parts": ".".join(["a" * 3_000] * 3),
    "control characters": "\x01\x02",
    "another script": "тест.тест.тест",
    "JSON": '{"alg":"none"}',
}
CALLS = {
    "reference": (
        ("GET", "/reference/api/genders"),
        ("POST", "/reference/api/genders"),
        ("DELETE", "/reference/api/genders/1"),
        ("POST", "/reference/api/sites/codeexists/"),
        ("GET", "/reference/api/nothing"),
        ("PATCH", "/reference/api/genders"),
        ("OPTIONS", "/reference/api/genders"),
    ),
    "profile": (
        ("GET", "/profile/api/userinfo"),
        ("GET", "/profile/api/userupdate"),
        ("GET", "/profile/api/userinfo/"),
        ("GET", "/profile/api/roles"),
        ("POST", "/profile/api/roles"),
        ("DELETE", "/profile/api/roles/x"),
        ("GET", "/profile/api/jsonPatches"),
        ("GET", "/profile/api/nothing"),
        ("PATCH", "/profile/api/roles"),
        ("OPTIONS", "/profile/api/roles"),
    ),
}


def faults(service: Service, headers: Mapping[str, str]) -> list[str]:
    """The calls that were answered otherwise than by 401, or for which the database was asked."""
    found = []
    for method, path in CALLS[service.app_name]:
        with watched(service.database) as sent:
            answer = ask(service, method, path, {"Content-Type": "application/json", **headers}, "{}")
        if answer.status != 401 or sent:
            found.append(f"{method} {path} -> {answer.status} {answer.body[:100]} after {len(sent)} statements")
    return found


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("header", ["Authorization", "OIDC_access_token"])
def test_texts_that_are_no_token(service: Service, name: str, header: str) -> None:
    value = f"Bearer {ODD[name]}" if header == "Authorization" else ODD[name]
    assert faults(service, {header: value}) == []


@pytest.mark.parametrize("scheme", ["Basic dGlzOnRpcw==", "Bearer", "Digest a=b", "Bearer\t", "Negotiate"])
def test_other_schemes(service: Service, scheme: str) -> None:
    assert faults(service, {"Authorization": scheme}) == []


def test_a_good_token_does_not_stand_in_for_a_bad_one(service: Service, issuer: Issuer) -> None:
    good = issuer.token(only(ASKED[0]))
    assert faults(service, {"Authorization": "Bearer abc.def.ghi", "OIDC_access_token": good}) == []


def jwt_of(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    """A token of the issuer's with other claims; None takes one away. PyJWT itself refuses to write some of them."""
    user = only(ASKED[0])
    payload = {**jwt.decode(issuer.token(user), options={"verify_signature": False}), **claims}
    kept = {name: value for name, value in payload.items() if value is not None}
    return jwt.api_jws.encode(json.dumps(kept).encode(), issuer.key, "RS256", headers={"kid": KEY_ID, "typ": "JWT"})


@pytest.mark.parametrize(
    "claims",
    [
        {"nbf": 4_000_000_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iss": None},
        {"iss": ["https://issuer.test"]},
        {"iss": "https://issuer.test/"},
        {"aud": None},
        {"aud": []},
        {"preferred_username": None, "sub": None},
    ],
    ids=str,
)
def test_claims_that_do_not_hold(service: Service, issuer: Issuer, claims: dict[str, Any]) -> None:
    token = jwt_of(issuer, claims)
    assert faults(service, {"Authorization": f"Bearer {token}"}) == []


def test_a_clock_that_is_a_little_off_is_nobodys_fault(service: Service, issuer: Issuer) -> None:
    now = int(time.time())
    for claims in ({"exp": now - 30}, {"nbf": now + 30}, {"iat": now + 30}):
        token = issuer.token(only(ASKED[0]), **claims)
        method, path = (
            ("GET", "/reference/api/genders") if service.app_name == "reference" else ("GET", "/profile/api/userinfo")
        )
        assert ask(service, method, path, {"Authorization": f"Bearer {token}"}).status == 200
