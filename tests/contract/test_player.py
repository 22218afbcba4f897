"""The player itself, through servers that answer as recorded or not at all."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.concrete import HOST, concrete
from tests.contract.exchanges import Answer, Exchange, read_callers, read_dataset, read_exchanges
from tests.contract.opening import SERVICES
from tests.contract.player import headers_of, play

WHOLE = {"reference": (3898, 46), "profile": (890, 13)}  # exchanges, tables


def recorded(name: str = "a/b/1", **more: Any) -> Exchange:
    request = {"method": "GET", "path": "/", "headers": more.pop("headers", {}), "body": None}
    response = {"status": more.pop("status", 200), "headers": [], "body": more.pop("body", "")}
    return Exchange.of({"name": name, "as": "reader", "request": request, "response": response, **more})


def token_for(caller: str) -> str | None:
    return None if caller == "anonymous" else f"token of {caller}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_player_carries_made_values_into_later_requests(service: str) -> None:
    """A server that makes other ids than the recorded one passes, so long as it keeps to them."""
    exchanges = read_exchanges(service)
    seen: list[str] = []

    def send(_method: str, target: str, headers: Mapping[str, str], _body: bytes | None) -> Answer:
        exchange = exchanges[len(seen)]
        seen.append(target)
        assert not any("{{" in value for value in headers.values())
        return Answer(
            exchange.status,
            {name: concrete(value, 5) for name, value in (exchange.answer_headers or {}).items()},
            concrete(exchange.answer_body or "", 5),
        )

    verdicts = list(play(exchanges, send, token_for, host=HOST))
    assert [str(verdict) for verdict in verdicts if verdict.miss] == []
    assert seen == [concrete(exchange.target, 5) for exchange in exchanges]


def test_the_player_sends_what_later_ones_need_and_judges_what_is_asked_for() -> None:
    sent: list[str] = []

    def send(method: str, target: str, _headers: Mapping[str, str], _body: bytes | None) -> Answer:
        sent.append(f"{method} {target}")
        return Answer(503)

    verdicts = list(play(read_exchanges("reference"), send, token_for, host=HOST, only="list/sites/"))
    assert {verdict.exchange.name.rpartition("/")[0] for verdict in verdicts} == {"list/sites"}
    assert all(verdict.miss for verdict in verdicts)
    assert "POST /reference/api/genders" in sent
    assert "GET /reference/api/genders" not in sent


def test_a_write_that_broke_down_is_needed_where_it_left_something() -> None:
    by_name = {exchange.name: exchange for exchange in read_exchanges("profile")}
    assert by_name["roles/blank-name/1"].is_needed
    assert not next(one for one in by_name.values() if one.crash and not one.defect).is_needed


@pytest.mark.parametrize(
    ("caller", "headers", "sent"),
    [
        ("reader", {}, {"Authorization": "Bearer token of reader"}),
        ("anonymous", {}, {}),
        ("reader", {"Accept": "x"}, {"Accept": "x", "Authorization": "Bearer token of reader"}),
        ("reader", {"Authorization": ""}, {"Authorization": ""}),
        ("reader", {"OIDC_access_token": "{{token:jo}}"}, {"OIDC_access_token": "token of jo"}),
        ("reader", {"Authorization": "Bearer {{token:}}"}, {"Authorization": "Bearer token of "}),
        ("reader", {"Authorization": "{{token:jo  }}"}, {"Authorization": "token of jo  "}),
    ],
)
def test_a_request_with_a_token_of_its_own_gets_no_other(
    caller: str, headers: dict[str, str], sent: dict[str, str]
) -> None:
    assert headers_of(recorded(headers=headers, **{"as": caller}), token_for) == sent


def test_the_player_waits_where_background_work_must_end(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("tests.contract.player.time.sleep", waited.append)
    list(play([recorded(wait=2), recorded("a/b/2")], lambda *_: Answer(200), token_for, host=HOST))
    assert waited == [2, 0]


@pytest.mark.parametrize("service", SERVICES)
def test_recorded_files_are_whole(service: str) -> None:
    exchanges = read_exchanges(service)
    assert (len(exchanges), len(read_dataset(service))) == WHOLE[service]
    named = {
        name for one in exchanges for text in one.headers.values() for name in re.findall(r"\{\{token:(.*?)\}\}", text)
    }
    assert {exchange.caller for exchange in exchanges} | named == read_callers(service).keys()
