"""Asking other servers: however they drag, drip, redirect or overdo it, the question ends, and ends in a Failure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from shared.calling.client import Failure, Oversized, TimedOut, Unreached
from shared.calling.getting import Getter
from shared.errors import Unavailable
from shared.kept_principals import Principals
from shared.key_sets import SET_LIMIT, JsonFetch, KeySet, KeysUnavailable
from tests.identity import KEY_ID, Issuer
from tests.integration.strangler.servers import Script, Server, answer, drip, drop, refused_url, running, say, slow

HURRY, PATIENCE = 0.3, 20.0  # seconds


@dataclass
class Asked:
    """A server, a getter that waits for it, and one that does not for long."""

    server: Server
    get: Getter
    hurried: Getter


@pytest.fixture
def asked() -> Iterator[Asked]:
    get, hurried = Getter(PATIENCE, SET_LIMIT), Getter(HURRY, SET_LIMIT)
    with running() as server:
        yield Asked(server, get, hurried)
        get.close()
        hurried.close()


def test_asks_for_the_whole_target_over_one_connection(asked: Asked) -> None:
    url = f"{asked.server.url}/a/b?c=d%20e#f"
    for _ in range(3):
        assert asked.get(url, {"Authorization": "Bearer t"}) == (200, b"{}")
    assert asked.get(asked.server.url) == (200, b"{}")
    assert asked.server.connections == 1
    assert [seen.target for seen in asked.server.seen] == ["/a/b?c=d%20e"] * 3 + ["/"]
    assert asked.server.seen[0].all("authorization") == ["Bearer t"]
    assert asked.server.seen[0].one("host") == asked.server.url.removeprefix("http://")


def test_redirect_is_not_followed(asked: Asked) -> None:
    asked.server.script = say(b"", "302 Found", f"Location: {asked.server.url}/elsewhere")
    assert asked.get(f"{asked.server.url}/x")[0] == 302
    assert len(asked.server.seen) == 1


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        (slow(1.0), TimedOut),
        (drip(100, 0.05), TimedOut),
        (drop, Failure),
        (say(b"x" * (SET_LIMIT + 1)), Oversized),
        (lambda _: b"SSH-2.0-x\r\n\r\n", Failure),
    ],
    ids=["slow", "drips", "drops", "huge", "speaks something else"],
)
def test_server_that_does_not_answer_properly_is_a_failure(
    asked: Asked, script: Script, failure: type[Failure]
) -> None:
    asked.server.script = script
    with pytest.raises(failure):
        (asked.hurried if failure is TimedOut else asked.get)(asked.server.url)


@pytest.mark.parametrize("url", [refused_url(), "http://", "http://a..b/x", "http://nowhere.invalid/x"])
def test_server_that_is_not_there_is_a_failure(url: str) -> None:
    with pytest.raises(Unreached):
        Getter(PATIENCE)(url)


BAD: dict[str, Script] = {
    "slow": slow(1.0),
    "drips": drip(100, 0.05),
    "drops": drop,
    "huge": say(b"x" * (SET_LIMIT + 1)),
    "redirects": say(b"", "302 Found", "Location: http://127.0.0.1:1/"),
    "errs": say(b'{"keys":[]}', "500 Internal Server Error"),
    "garbage": say(b"<html>"),
    "no text": say(b"\xff\xfe"),
    "deep": say(b"[" * 100_000),
}


TAKE_TIME = ("slow", "drips")


@pytest.mark.parametrize("how", BAD)
def test_bad_key_set_leaves_the_known_keys_in_force(asked: Asked, how: str) -> None:
    issuer, now = Issuer(), 0.0
    fetch = JsonFetch()
    bad = asked.hurried if how in TAKE_TIME else asked.get
    fetch._get = bad
    keys = KeySet(f"{asked.server.url}/jwks", fetch, lambda: now)
    asked.server.script = BAD[how]
    with pytest.raises(KeysUnavailable):
        keys.key(KEY_ID)
    asked.server.script, fetch._get = (lambda _: answer(as_json(issuer))), asked.get
    now += 60
    assert keys.key(KEY_ID)
    asked.server.script, fetch._get = BAD[how], bad
    now += 3600
    assert keys.key(KEY_ID)
    with pytest.raises(KeysUnavailable):
        keys.key("key-2")


@pytest.mark.parametrize("how", [how for how in BAD if how != "huge"])
def test_bad_profile_is_unavailable(asked: Asked, how: str) -> None:
    principals = Principals(
        f"{asked.server.url}/profile", 60.0, 300.0, fetch=asked.hurried if how in TAKE_TIME else asked.get
    )
    asked.server.script = BAD[how]
    with pytest.raises(Unavailable):
        principals.of("t", "ann", {})
    assert asked.server.seen[0].target == "/profile/api/userinfo"


def as_json(issuer: Issuer) -> bytes:
    """An issuer's key set as it is published."""
    return json.dumps(issuer.jwks).encode()
