"""The move from one issuer to another: a line of the running table that services and the facade read, and `tis` moves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.routing import Ledger, commit_moves, plan_stage, set_all_legacy
from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.store import DynamoSource
from shared.calling.aws import StoreError
from shared.dialect import Dialect
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.http.service import Service
from shared.issuer_stage import reader_of
from shared.issuers import Issuers
from shared.principals import SIGNED_IN
from shared.stages import NOT_MOVED, IssuerMove
from shared.tokens import Identity
from tests.events import ask
from tests.identity import OLD, Issuer
from tests.integration.strangler.servers import answer, refused_url, running
from tests.integration.strangler.test_facade import call, served_by
from tests.integration.strangler.test_ledger import GRADES, ISSUERS_LINE, SITES, move, tis

NEW = "https://cognito.test"
routes = Resource()


@routes.endpoint("GET", "/api/me", allow=SIGNED_IN)
def get_me(identity: Identity) -> Reply:
    return Reply({"user": identity.user, "issuer": identity.issuer})


@dataclass
class Both:
    """Two issuers, and the setting that names them."""

    setting: str
    keycloak: Issuer
    cognito: Issuer

    def old(self, user: str) -> str:
        """A token of the old one."""
        return self.keycloak.token(user)

    def new(self, user: str) -> str:
        """A token of the new one."""
        return self.cognito.token(user, iss=NEW, sub="another id")


@pytest.fixture
def both() -> Iterator[Both]:
    keycloak, cognito = Issuer(), Issuer()
    with running() as published:
        keys = {"/old": keycloak.jwks, "/new": cognito.jwks}
        published.script = lambda seen: answer(json.dumps(keys[seen.target]).encode(), "200 OK", "Connection: close")
        old = OLD | {"jwks_url": f"{published.url}/old"}
        new = old | {"name": "cognito", "iss": NEW, "jwks_url": f"{published.url}/new"}
        yield Both(json.dumps([old, new]), keycloak, cognito)


def put(ledger: Ledger, stage: str, permyriad: int | None = None) -> None:
    """Move the issuers' line."""
    move(ledger, stage, ISSUERS_LINE, permyriad)


def test_line_is_read_as_it_was_moved(ledger: Ledger) -> None:
    read = reader_of(ledger.table)
    assert read(2) == IssuerMove("live", 0, "issuers")
    put(ledger, "canary", 500)
    assert read(2) == IssuerMove("canary", 500, "issuers")
    set_all_legacy(ledger, "tester", "panic", on=True)
    assert read(2) == IssuerMove("canary", 500, "issuers")


def test_table_without_the_line_has_not_moved(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.issuer_stage.ISSUERS", "none")
    assert reader_of(ledger.table)(2) == NOT_MOVED


def test_store_that_is_away_is_an_error(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", refused_url())
    with pytest.raises(StoreError):
        reader_of(ledger.table)(0.2)


def test_command_moves_it_like_a_route(ledger: Ledger) -> None:
    words = ("set", ISSUERS_LINE, "--stage", "canary", "--permyriad", "500")
    shown = tis(*words)
    assert (shown.exit_code, shown.stdout) == (4, f"{ISSUERS_LINE}: live -> canary 5 %\n")
    assert tis(*words, "--yes").exit_code == 0
    assert ledger.history()[0].moves[0].route == ISSUERS_LINE
    (row,) = json.loads(tis("list", "--service", "issuers", "--json").stdout)
    assert (row["route"], row["stage"], row["permyriad"]) == (ISSUERS_LINE, "canary", 500)
    (found,) = json.loads(tis("find", "/issuers/cognito", "--json").stdout)
    assert (found["stage"], "5 % of the users" in found["note"]) == ("canary", True)
    assert tis("rollback", ISSUERS_LINE).stdout == f"{ISSUERS_LINE}: canary 5 % -> live\n"
    assert tis("set", "--service", "issuers", "--stage", "retired", "--yes").exit_code == 0
    assert json.loads(tis("all-legacy", "--on", "--json").stdout)["left"] == []
    back = tis("set", ISSUERS_LINE, "--stage", "live", "--yes")
    assert (back.exit_code, "takes effect when" in back.stderr) == (0, False)


def test_moves_of_services_leave_it(ledger: Ledger) -> None:
    assert tis("set", "--service", "reference", "--stage", "shadow", "--yes").exit_code == 0
    assert reader_of(ledger.table)(2).stage == "live"


def service_of(both: Both, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service that is told of the issuers and of the table by its environment."""
    environ = {"TIS_DATABASE_URL": "sqlite://", "TIS_PROFILE_URL": refused_url(), "TIS_ISSUERS": both.setting}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert ledger.table
    return Service("things", "/things", Dialect("thingsApp"), [routes])


def asked(service: Service, token: str) -> tuple[int, Any]:
    """Status and issuer of an answer."""
    told = ask(service, "GET", "/things/api/me", {"Authorization": f"Bearer {token}"})
    return told.status, told.json.get("issuer") if told.status == 200 else None


def test_service_follows_the_line(both: Both, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    service = service_of(both, ledger, monkeypatch)
    assert asked(service, both.old("ann")) == (200, "keycloak")
    assert asked(service, both.new("ann")) == (200, "cognito")
    token, later = both.new("ann"), 0
    for stage, old, new in (("legacy", 200, 401), ("retired", 401, 200), ("shadow", 200, 401), ("live", 200, 200)):
        put(ledger, stage)
        later += 10
        monkeypatch.setattr(service.verifier._stage, "_clock", lambda later=later: 1e6 + later)
        assert (asked(service, both.old("ann"))[0], asked(service, token)[0]) == (old, new)


def test_service_that_never_read_the_line_lets_nobody_in(
    both: Both, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(both, ledger, monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", refused_url())
    assert [asked(service, token)[0] for token in (both.old("ann"), both.new("ann"), "forged")] == [503] * 3


def test_facade_takes_users_by_name_whichever_issuer_vouches(
    both: Both, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as old, running() as new:
        monkeypatch.setenv("TIS_LEGACY_URL", old.url)
        monkeypatch.setenv("TIS_REFERENCE_URL", new.url)
        move(ledger, "canary", SITES, 5000)
        settings, source = Settings(old.url, ledger.table, Issuers(both.setting)), DynamoSource(ledger.table)
        facade = Facade(settings, source)

        def side(token: str) -> str:
            return served_by(call(facade, headers={"authorization": f"Bearer {token}"}))

        users = [f"user-{number}" for number in range(30)]
        by_old, by_new = [side(both.old(user)) for user in users], [side(both.new(user)) for user in users]
        assert by_old == by_new
        assert set(by_old) == {"legacy", "reference"}
        put(ledger, "legacy")
        facade._table._due = float("-inf")
        stranger = side("none")
        assert [side(both.new(user)) for user in users] == [stranger] * len(users)
        assert [side(both.old(user)) for user in users] == by_old
        for upstream in facade._exchange._upstreams.values():
            upstream.close()
        source.close()


def test_plan_of_a_route_knows_it_not(ledger: Ledger) -> None:
    state = ledger.read()
    commit_moves(ledger, state, plan_stage(state, "live", None, route=GRADES), "tester", "")
    assert ledger.read().specs["issuers"] == state.specs["issuers"]
