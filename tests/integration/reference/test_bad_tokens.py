"""Calls without a token, or with one that is not good: 401 on every endpoint but the public one."""

import time

import jwt
import pytest

from shared.principals import PUBLIC
from tests.identity import KEY_ID, Issuer
from tests.integration.reference.caller import API, ENDPOINTS, Caller, refused, target_of

NOW = int(time.time())
GUARDED = [one for one in ENDPOINTS if one.allow is not PUBLIC]


def unsigned() -> str:
    return jwt.encode({"preferred_username": "planner", "exp": NOW + 3600}, "", "none", headers={"kid": KEY_ID})


def forged(issuer: Issuer) -> str:
    claims = jwt.decode(issuer.token("planner"), options={"verify_signature": False})
    return jwt.encode(claims, Issuer().key, "RS256", headers={"kid": KEY_ID})


@pytest.fixture
def tokens(issuer: Issuer) -> dict[str, str]:
    """Bad tokens by what is bad about them."""
    return {
        "none": unsigned(),
        "forged": forged(issuer),
        "expired": issuer.token("planner", exp=NOW - 90),
        "not yet": issuer.token("planner", nbf=NOW + 600),
        "wrong issuer": issuer.token("planner", iss="https://other.test"),
        "wrong audience": issuer.token("planner", aud="other"),
        "garbage": "abc.def.ghi",
        "blank": " ",
        "10 KB": "a" * 10_240,
        "control characters": "\x01\x02",
    }


BAD = (
    "none",
    "forged",
    "expired",
    "not yet",
    "wrong issuer",
    "wrong audience",
    "garbage",
    "blank",
    "10 KB",
    "control characters",
)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("header", ["Authorization", "OIDC_access_token"])
def test_bad_token(call_often: Caller, tokens: dict[str, str], name: str, header: str) -> None:
    value = f"Bearer {tokens[name]}" if header == "Authorization" else tokens[name]
    for method, path in (
        ("GET", "genders"),
        ("POST", "genders"),
        ("DELETE", "genders/1"),
        ("GET", "nothing"),
        ("POST", "sites/codeexists/"),
    ):
        token = call_often.token_for("anonymous")
        assert token is None
        answer = call_often.service({**_event(method, f"{API}/{path}"), "multiValueHeaders": {header: [value]}}, None)
        assert answer["statusCode"] == 401, (method, path)
        assert '"description":"' in answer["body"]


def _event(method: str, target: str) -> dict[str, object]:
    return {
        "httpMethod": method,
        "path": target,
        "headers": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "test"},
        "body": "{}",
        "isBase64Encoded": False,
    }


def test_no_token_at_all(call_often: Caller) -> None:
    answers = ((one.template, call_often(one.method, target_of(one), "{", user="anonymous")) for one in GUARDED)
    assert len(GUARDED) == len(ENDPOINTS) - 1
    assert not refused(answers, 401)


def test_a_token_without_the_authority(call_often: Caller) -> None:
    for method, path, body in (
        ("POST", "genders", {"code": "a", "label": "b"}),
        ("PUT", "genders", {"id": 1, "code": "a", "label": "b"}),
        ("DELETE", "genders/1", None),
        ("POST", "bulk-genders", []),
        ("PUT", "bulk-genders", []),
        ("PUT", "jsonPatches/1", None),
        ("POST", "rotations", {"code": "a", "label": "b", "localOffice": "c"}),
    ):
        answer = call_often(method, f"{API}/{path}", body, user="reader")
        assert not refused([(path, answer)], 403)


def test_authorities_do_not_stand_in_for_policies(call_often: Caller) -> None:
    body = {"code": "a", "label": "b", "localOffice": "c"}
    assert call_often("POST", f"{API}/rotations", body, user="editor").status == 403
    assert call_often("POST", f"{API}/rotations", body, user="planner").status == 201


def test_a_bad_body_comes_before_a_missing_authority(call_often: Caller) -> None:
    assert call_often("POST", f"{API}/genders", {}, user="reader").status == 400
    assert call_often("POST", f"{API}/genders", "{", user="reader").status == 400


def test_public_endpoints_ask_for_nothing(call_often: Caller) -> None:
    assert call_often("GET", "/reference/actuator/health", user="anonymous").json == {"status": "UP"}
