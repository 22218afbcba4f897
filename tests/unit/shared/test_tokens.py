"""Tokens: whose they are, for whom, for how long, with which key; and what becomes of all others."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from shared.tokens import LONGEST_TOKEN, VERIFIED_KEPT, VERIFIED_LIVE, TokenError, Verifier
from tests.identity import AUDIENCE, ISSUER, KEY_ID, OLD, Issuer, issuers_of
from tests.unit.shared.refusals import maybe_refused

ISSUED = Issuer()
OTHER = Issuer()


def encoded(part: dict[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    standing = {"iss": ISSUER, "aud": AUDIENCE, "sub": "id", "preferred_username": "ann", "iat": now, "exp": now + 3600}
    return {name: value for name, value in {**standing, **changed}.items() if value is not None}


def signed(payload: dict[str, Any], **header: Any) -> str:
    body = json.dumps(payload).encode()  # as it is: PyJWT's own encode refuses what issuers may do
    return jwt.api_jws.PyJWS().encode(body, ISSUED.key, "RS256", headers={"kid": KEY_ID, **header})


def signed_with_the_public_key() -> str:
    public = ISSUED.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID})}.{encoded(claims())}"
    return f"{text}.{encoded(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


def unsigned(algorithm: str) -> str:
    return f"{encoded({'alg': algorithm, 'kid': KEY_ID})}.{encoded(claims())}."


def with_other_claims() -> str:
    header, _, signature = ISSUED.token("ann").split(".")
    return f"{header}.{encoded(claims(preferred_username='root'))}.{signature}"


@pytest.mark.parametrize("audience", [AUDIENCE, ["other", AUDIENCE]])
def test_gives_the_claims_of_a_valid_token(audience: Any) -> None:
    found = ISSUED.verifier().verify(ISSUED.token("ann", aud=audience))
    assert (found.user, found.issuer, found.claims["sub"]) == ("ann", "keycloak", "id-ann")


@pytest.mark.parametrize("since", [0, 55])
def test_an_expired_token_passes_while_clocks_may_differ(since: int) -> None:
    assert ISSUED.verifier().verify(ISSUED.token("ann", exp=int(time.time()) - since))


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_of_the_near_future_passes(claim: str) -> None:
    assert ISSUED.verifier().verify(ISSUED.token("ann", **{claim: int(time.time()) + 55}))


REFUSED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "not a token": lambda: "abc",
    "two parts": lambda: "abc.def",
    "four parts": lambda: ISSUED.token("ann") + ".x",
    "not ASCII": lambda: "é.é.é",
    "lone surrogate": lambda: "\ud800.a.b",
    "NUL": lambda: "\0.\0.\0",
    "expired 90 seconds ago": lambda: ISSUED.token("ann", exp=int(time.time()) - 90),
    "not yet for 90 seconds": lambda: ISSUED.token("ann", nbf=int(time.time()) + 90),
    "forged": lambda: jwt.encode(claims(), OTHER.key, "RS256", headers={"kid": KEY_ID}),
    "other claims under a good signature": with_other_claims,
    "signature cut off": lambda: ISSUED.token("ann").rpartition(".")[0] + ".",
    "none": lambda: unsigned("none"),
    "None": lambda: unsigned("None"),
    "no algorithm": lambda: f"{encoded({'kid': KEY_ID})}.{encoded(claims())}.",
    "HS256 by the public key": signed_with_the_public_key,
    "RS512": lambda: jwt.encode(claims(), ISSUED.key, "RS512", headers={"kid": KEY_ID}),
    "ES256": lambda: jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": KEY_ID}),
    "wrong issuer": lambda: ISSUED.token("ann", iss="https://other.test"),
    "issuer with a slash": lambda: ISSUED.token("ann", iss=ISSUER + "/"),
    "wrong audience": lambda: ISSUED.token("ann", aud="other"),
    "no audience in the list": lambda: ISSUED.token("ann", aud=["other"]),
    "audience of a wrong type": lambda: ISSUED.token("ann", aud=7),
    "no issuer": lambda: signed(claims(iss=None)),
    "no audience": lambda: signed(claims(aud=None)),
    "no expiry": lambda: signed(claims(exp=None)),
    "expiry no number": lambda: signed(claims(exp="soon")),
    "unknown key id": lambda: signed(claims(), kid="key-2"),
    "no key id": lambda: jwt.encode(claims(), ISSUED.key, "RS256"),
    "key id of a wrong type": lambda: f"{encoded({'alg': 'RS256', 'kid': []})}.{encoded(claims())}.x",
    "claims no object": lambda: f"{encoded({'alg': 'RS256', 'kid': KEY_ID})}.{encoded(b'[]')}.x",
    "header no object": lambda: f"{encoded(b'[]')}.{encoded(claims())}.x",
    "header deep": lambda: f"{encoded(b'[' * 100_000)}.{encoded(claims())}.x",
    "audience of mixed types": lambda: ISSUED.token("ann", aud=[AUDIENCE, 7]),
    "issuer of a wrong type": lambda: signed(claims(iss=[ISSUER])),
    "issued in 90 seconds": lambda: ISSUED.token("ann", iat=int(time.time()) + 90),
    "expiry beyond all numbers": lambda: signed(claims(exp=float("inf"))),
    "as long as 100 KB": lambda: ISSUED.token("ann", note="x" * 75_000),
    "a little too long": lambda: "x" * (LONGEST_TOKEN + 1),
    "claims deep": lambda: f"{encoded({'alg': 'RS256', 'kid': KEY_ID})}.{encoded(b'[' * 7_000)}.x",
    "with its scheme": lambda: "Basic " + ISSUED.token("ann"),
    "no user": lambda: signed(claims(preferred_username=None)),
    "user of a wrong type": lambda: signed(claims(preferred_username=7)),
    "user that no text can be": lambda: signed(claims(preferred_username="\ud800")),
    "critical header": lambda: signed(claims(), crit=["x"], x=1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str) -> None:
    with pytest.raises(TokenError):
        ISSUED.verifier().verify(REFUSED[name]())


@given(st.text() | st.tuples(st.binary(), st.binary(), st.binary()).map(lambda parts: ".".join(map(encoded, parts))))
def test_any_text_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        VERIFIER.verify(token)


VERIFIER = ISSUED.verifier()


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "sub", "jti"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.lists(st.integers()),
    )
)
def test_odd_claims_are_refused_or_given(changed: dict[str, Any]) -> None:
    with maybe_refused(TokenError):
        assert VERIFIER.verify(signed({**claims(), **changed})).claims["iss"] == ISSUER


class Clock:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def test_a_result_is_kept_for_a_minute_and_not_longer_than_the_token() -> None:
    clock, decoded = Clock(), []
    verifier = Verifier(issuers_of(OLD), fetch=lambda _: ISSUED.jwks, clock=clock)
    verify = verifier._decoded
    verifier._decoded = lambda *given: decoded.append(1) or verify(*given)  # type: ignore[func-returns-value, method-assign]
    long, short = ISSUED.token("ann"), ISSUED.token("bob", exp=int(time.time()) + 30)
    for ahead, looked_at in ((0, 2), (25, 2), (31, 3), (VERIFIED_LIVE + 1, 5)):
        clock.ahead = ahead
        verifier.verify(long)
        verifier.verify(short)
        assert len(decoded) == looked_at


def test_a_token_in_its_grace_is_never_kept() -> None:
    verifier = ISSUED.verifier()
    verifier.verify(ISSUED.token("ann", exp=int(time.time()) - 30))
    assert len(verifier._verified) == 0


def test_keeps_a_bounded_number_of_tokens() -> None:
    verifier = ISSUED.verifier()
    found = verifier.verify(ISSUED.token("ann"))
    for number in range(VERIFIED_KEPT + 50):
        verifier._verified.keep(str(number), found, float("inf"))
    assert len(verifier._verified) == VERIFIED_KEPT


def test_expiry_as_text_is_read_twice() -> None:
    verifier = ISSUED.verifier()
    token = ISSUED.token("ann", exp=str(int(time.time()) + 1000))
    assert verifier.verify(token) == verifier.verify(token)


def test_another_key_size_works() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    verifier = Verifier(issuers_of(OLD), fetch=lambda _: {"keys": [{**public, "kid": "big"}]})
    assert verifier.verify(jwt.encode(claims(), key, "RS256", headers={"kid": "big"}))


@pytest.mark.parametrize("user", ["", " ", "two words ", "%+.é\U0001f3e5", "x" * 500])
def test_user_is_the_name_to_the_letter(user: str) -> None:
    assert ISSUED.verifier().verify(ISSUED.token(user)).user == user


def test_a_key_that_is_too_short_verifies_nothing() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    verifier = Verifier(issuers_of(OLD), fetch=lambda _: {"keys": [{**public, "kid": "small"}]})
    text = f"{encoded({'alg': 'RS256', 'kid': 'small'})}.{encoded(claims())}"
    with pytest.raises(TokenError):
        verifier.verify(f"{text}.{encoded(key.sign(text.encode(), PKCS1v15(), SHA256()))}")
