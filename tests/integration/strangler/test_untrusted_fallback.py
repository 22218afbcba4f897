"""A fallback of a live route is for callers without a token, and with one that counts: the old servers verify none."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import pytest

from services.strangler.config import Settings
from services.strangler.facade import Facade
from shared.issuers import Issuers
from tests.identity import OLD, Issuer
from tests.integration.strangler.conftest import Memory
from tests.integration.strangler.servers import Script, Server, answer, drop, running, say, slow
from tests.integration.strangler.test_facade import call, served_by

USERINFO = "/profile/api/userinfo"
ADMIN = b'{"userName":"admin"}'


@dataclass
class Sides:
    """The facade with profile live, the old servers, and who signs."""

    facade: Facade
    old: Server
    new: Server
    keys: Server
    issuer: Issuer


@pytest.fixture
def sides(legacy: Server, reference: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    monkeypatch.setenv("TIS_LEGACY_URL", legacy.url)
    monkeypatch.setenv("TIS_PROFILE_URL", reference.url)
    legacy.script = say(ADMIN)
    issuer = Issuer()
    with running() as keys:
        keys.script = lambda _: answer(json.dumps(issuer.jwks).encode(), "200 OK", "Connection: close")
        issuers = Issuers(json.dumps([OLD | {"jwks_url": f"{keys.url}/jwks"}]))
        routes = {f"GET {USERINFO}": {"stage": "live", "deadline": 0.9}}
        head = {"contexts": ["/profile"], "upstream": "profile"}
        facade = Facade(Settings(legacy.url, "routes", issuers), Memory(routes, head))
        yield Sides(facade, legacy, reference, keys, issuer)
        for upstream in facade._exchange._upstreams.values():
            upstream.close()


def asked(sides: Sides, **headers: str) -> tuple[int, str]:
    """Status of userinfo, and who answered."""
    result = call(sides.facade, target=USERINFO, headers=headers)
    return result["statusCode"], served_by(result)


FAULTS = {
    "hanging": (slow(1.5), (504, "strangler")),
    "dropping": (drop, (502, "strangler")),
    "busy": (say(b"", "503 Service Unavailable"), (503, "profile")),
    "crashing": (say(b"", "500 Internal Server Error"), (500, "profile")),
}


@pytest.mark.parametrize(("script", "failure"), FAULTS.values(), ids=FAULTS)
def test_only_a_token_that_counts_is_taken_to_the_old_side(
    sides: Sides, script: Script, failure: tuple[int, str]
) -> None:
    sides.new.script = script
    stranger = Issuer().token("admin")
    unsigned = jwt.encode({"preferred_username": "admin", "iss": OLD["iss"], "aud": "tis"}, "", "none")
    for headers in ({"Authorization": f"Bearer {unsigned}"}, {"OIDC_access_token": stranger}):
        assert asked(sides, **headers) == failure
    assert sides.old.seen == []
    good = sides.issuer.token("ann")
    assert asked(sides, Authorization=f"Bearer {good}", OIDC_access_token=good) == (200, "legacy")
    assert asked(sides) == (200, "legacy")
    assert [seen.target for seen in sides.old.seen] == [USERINFO] * 2


def test_no_token_is_looked_at_while_the_new_side_answers(sides: Sides) -> None:
    assert asked(sides, Authorization=f"Bearer {sides.issuer.token('ann')}") == (200, "profile")
    assert sides.keys.seen == []


def test_token_whose_keys_cannot_be_had_counts_for_nothing(sides: Sides) -> None:
    sides.new.script = sides.keys.script = drop
    assert asked(sides, Authorization=f"Bearer {sides.issuer.token('ann')}") == (502, "strangler")
    assert sides.old.seen == []
