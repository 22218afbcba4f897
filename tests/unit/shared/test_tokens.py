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
from hypothesis import given
from hypothesis import strategies as st

from shared import tokens
from shared.tokens import (
    CLOCK_SKEW,
    KEYS_LIVE,
    RENEW_PAUSE,
    VERIFIED_KEPT,
    VERIFIED_LIVE,
    KeysUnavailable,
    TokenError,
    Verifier,
)
from tests.identity import AUDIENCE, ISSUER, KEY_ID, Issuer
from tests.unit.shared.refusals import maybe_refused

ISSUED = Issuer()
OTHER = Issuer()


class Clock:
    """Stands in for the module `time` of the verifier; PyJWT keeps its own."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def time(self) -> float:
        return time.time() + self.ahead


class Keys:
    """What the JWKS address answers, and how often it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self, _: str) -> Any:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(tokens, "time", made)
    return made


def verifier_with(keys: Callable[[str], Any]) -> Verifier:
    return Verifier(ISSUER, "memory:jwks", AUDIENCE, fetch=keys)


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
    assert ISSUED.verifier().verify(ISSUED.token("ann", aud=audience))["preferred_username"] == "ann"


@pytest.mark.parametrize("since", [0, 59])
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
        assert VERIFIER.verify(signed({**claims(), **changed}))["iss"] == ISSUER


def test_asks_for_the_keys_once() -> None:
    keys = Keys(ISSUED.jwks)
    verifier = verifier_with(keys)
    for user in "abc":
        verifier.verify(ISSUED.token(user))
    assert keys.asked == 1


def test_takes_up_a_rotated_key(clock: Clock) -> None:
    keys = Keys(OTHER.jwks | {"keys": [{**OTHER.jwks["keys"][0], "kid": "old"}]})
    verifier = verifier_with(keys)
    with pytest.raises(TokenError):
        verifier.verify(ISSUED.token("ann"))
    keys.answer = ISSUED.jwks
    with pytest.raises(TokenError):
        verifier.verify(ISSUED.token("ann"))  # the pause is not over
    assert keys.asked == 1
    clock.ahead = RENEW_PAUSE + 1
    assert verifier.verify(ISSUED.token("ann"))
    assert keys.asked == 2


def test_unknown_key_ids_do_not_flood_the_issuer() -> None:
    keys = Keys(ISSUED.jwks)
    verifier = verifier_with(keys)
    for number in range(50):
        with pytest.raises(TokenError):
            verifier.verify(signed(claims(), kid=f"forged-{number}"))
    assert keys.asked == 1


def test_a_withdrawn_key_ends(clock: Clock) -> None:
    keys = Keys(ISSUED.jwks)
    verifier = verifier_with(keys)
    token = ISSUED.token("ann", exp=int(time.time() + 2 * KEYS_LIVE))
    verifier.verify(token)
    keys.answer = {"keys": [{**OTHER.jwks["keys"][0], "kid": "key-2"}]}
    clock.ahead = max(KEYS_LIVE, VERIFIED_LIVE) + 1
    with pytest.raises(TokenError):
        verifier.verify(token)


def test_a_cached_token_expires_all_the_same(clock: Clock) -> None:
    verifier = verifier_with(Keys(ISSUED.jwks))
    token = ISSUED.token("ann", exp=int(time.time()) + 30)
    verifier.verify(token)
    clock.ahead = 30 + CLOCK_SKEW - 5
    assert verifier.verify(token)
    clock.ahead = 30 + CLOCK_SKEW + 5
    with pytest.raises(TokenError):
        verifier.verify(token)


def test_keeps_a_bounded_number_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = ISSUED.verifier()
    monkeypatch.setattr(verifier, "_decode", lambda _: claims())
    for number in range(VERIFIED_KEPT + 50):
        verifier.verify(str(number))
    assert len(verifier._verified) == VERIFIED_KEPT


GARBAGE: list[Any] = [
    OSError("refused"),
    ValueError("not JSON"),
    None,
    7,
    "text",
    [],
    {},
    {"keys": None},
    {"keys": 7},
    {"keys": [{"kid": "key-1", "kty": "RSA"}]},
    {"keys": [{"kid": "key-1", "kty": "RSA", "n": "!", "e": "AQAB"}]},
    {"keys": [{"kid": [], "kty": "RSA"}]},
]


GARBAGE += [
    {"keys": ["text"]},
    {"keys": []},
    {"keys": [{}]},
    {"keys": [{"kid": "key-1"}]},
    {"keys": [{"kid": "key-1", "kty": "nonsense"}]},
]


@pytest.mark.parametrize("answer", GARBAGE, ids=repr)
def test_garbage_for_keys_is_unavailable(answer: Any) -> None:
    with pytest.raises(KeysUnavailable):
        verifier_with(Keys(answer)).verify(ISSUED.token("ann"))


@pytest.mark.parametrize("answer", GARBAGE, ids=repr)
def test_garbage_for_keys_leaves_the_last_ones_in_force(answer: Any, clock: Clock) -> None:
    keys = Keys(ISSUED.jwks)
    verifier = verifier_with(keys)
    verifier.verify(ISSUED.token("ann"))
    keys.answer = answer
    clock.ahead = KEYS_LIVE + 1
    assert verifier.verify(ISSUED.token("bob", exp=int(time.time() + 2 * KEYS_LIVE)))


@pytest.mark.parametrize(
    "strange",
    [
        {"kid": "enc", "use": "enc", "alg": "RSA-OAEP", "kty": "RSA"},
        {"kid": "x", "kty": "OKP", "crv": "X25519"},
        {"kty": "RSA"},
    ],
)
def test_a_key_of_another_kind_does_not_spoil_the_set(strange: dict[str, Any]) -> None:
    good = ISSUED.jwks["keys"][0]
    keys = Keys({"keys": [{"n": good["n"], "e": good["e"], **strange}, good]})
    assert verifier_with(keys).verify(ISSUED.token("ann"))


def test_expiry_as_text_is_read_twice() -> None:
    verifier = ISSUED.verifier()
    token = ISSUED.token("ann", exp=str(int(time.time()) + 1000))
    assert verifier.verify(token) == verifier.verify(token)


def test_another_key_size_works() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    verifier = verifier_with(Keys({"keys": [{**public, "kid": "big"}]}))
    assert verifier.verify(jwt.encode(claims(), key, "RS256", headers={"kid": "big"}))
