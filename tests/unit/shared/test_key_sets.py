"""Key sets: fetched once, taken up when rotated, ended when withdrawn, and whatever a bad address answers."""

from typing import Any

import pytest

from shared.key_sets import KEYS_KEPT, KEYS_LIVE, LONGEST_PAUSE, SEARCHES, KeySet, KeysUnavailable
from tests.identity import KEY_ID, Issuer

JWKS = Issuer().jwks
(GOOD,) = JWKS["keys"]


class Address:
    """What a JWKS address answers, and how often it was asked; with a clock."""

    def __init__(self, answer: Any = JWKS) -> None:
        self.answer, self.asked, self.now = answer, 0, 1000.0

    def fetch(self, _: str) -> Any:
        """The answer."""
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def keys(self) -> KeySet:
        """The key set there."""
        return KeySet("https://issuer.test/jwks", self.fetch, lambda: self.now)

    def publish(self, *key_ids: str) -> None:
        """Publish a key under these ids."""
        self.answer = {"keys": [{**GOOD, "kid": key_id} for key_id in key_ids]}


@pytest.fixture
def address() -> Address:
    return Address()


def test_asks_once(address: Address) -> None:
    keys = address.keys()
    assert all(keys.key(KEY_ID) for _ in range(5))
    assert address.asked == 1


def test_a_rotated_key_works_at_once(address: Address) -> None:
    keys = address.keys()
    assert keys.key(KEY_ID)
    for key_id in ("key-2", "key-3", "key-4"):
        address.publish(key_id)
        assert keys.key(key_id)
    assert keys.key(KEY_ID) is None


def test_a_rotated_key_works_among_forged_ones(address: Address) -> None:
    keys = address.keys()
    for number in range(100):
        assert keys.key(f"forged-{number}") is None
    address.publish("key-2")
    address.now += 1
    assert keys.key("key-2")


def test_forged_key_ids_do_not_flood_the_issuer(address: Address) -> None:
    keys = address.keys()
    for number in range(200):
        address.now += 0.1
        assert keys.key(f"forged-{number}") is None
    assert address.asked <= 1 + SEARCHES + 20
    assert keys.key(KEY_ID)


def test_a_withdrawn_key_ends(address: Address) -> None:
    keys = address.keys()
    assert keys.key(KEY_ID)
    address.publish("key-2")
    address.now += KEYS_LIVE + 1
    assert keys.key(KEY_ID) is None


GARBAGE: list[Any] = [
    OSError("refused"),
    TimeoutError(),
    ValueError("not JSON"),
    RecursionError(),
    None,
    7,
    "text",
    [],
    {},
    {"keys": None},
    {"keys": 7},
    {"keys": ["text"]},
    {"keys": []},
    {"keys": [{}]},
    {"keys": [{"kid": KEY_ID}]},
    {"keys": [{"kid": KEY_ID, "kty": "nonsense"}]},
    {"keys": [{"kid": KEY_ID, "kty": "RSA"}]},
    {"keys": [{"kid": KEY_ID, "kty": "RSA", "n": "!", "e": "AQAB"}]},
    {"keys": [{"kid": [], "kty": "RSA", "n": GOOD["n"], "e": GOOD["e"]}]},
]


@pytest.mark.parametrize("answer", GARBAGE, ids=repr)
def test_garbage_is_unavailable(answer: Any) -> None:
    with pytest.raises(KeysUnavailable):
        Address(answer).keys().key(KEY_ID)


@pytest.mark.parametrize("answer", GARBAGE, ids=repr)
def test_garbage_leaves_the_known_keys_in_force_for_a_bounded_time(address: Address, answer: Any) -> None:
    keys = address.keys()
    assert keys.key(KEY_ID)
    address.answer = answer
    address.now += KEYS_LIVE + 1
    assert keys.key(KEY_ID)
    assert address.asked == 2
    address.now += KEYS_KEPT
    with pytest.raises(KeysUnavailable):
        keys.key(KEY_ID)
    address.answer = JWKS
    address.now += LONGEST_PAUSE + 1
    assert keys.key(KEY_ID)


def test_an_unknown_key_while_the_issuer_is_away_is_no_forgery(address: Address) -> None:
    keys = address.keys()
    assert keys.key(KEY_ID)
    address.answer = OSError("away")
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            keys.key("key-2")
    assert address.asked == 2
    address.publish("key-2")
    address.now += 1.5
    assert keys.key("key-2")


def test_an_issuer_that_is_away_is_asked_after_growing_pauses() -> None:
    address = Address(OSError("away"))
    keys = address.keys()
    for _ in range(600):
        address.now += 0.5
        with pytest.raises(KeysUnavailable):
            keys.key(KEY_ID)
    assert 5 < address.asked < 20


@pytest.mark.parametrize(
    "strange",
    [
        {"kid": "enc", "use": "enc", "alg": "RSA-OAEP", "kty": "RSA"},
        {"kid": "x", "kty": "OKP", "crv": "X25519"},
        {"kty": "RSA"},
    ],
)
def test_a_key_of_another_kind_does_not_spoil_the_set(strange: dict[str, Any]) -> None:
    keys = Address({"keys": [{"n": GOOD["n"], "e": GOOD["e"], **strange}, GOOD]}).keys()
    assert keys.key(KEY_ID)
