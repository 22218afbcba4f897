"""The player itself, through servers that answer as recorded or not at all."""

from collections.abc import Mapping

from tests.contract.concrete import concrete
from tests.contract.exchanges import Answer, read_callers, read_dataset, read_exchanges
from tests.contract.player import play

HOST = "tis.example:80"
RECORDED = read_exchanges("reference")


def test_the_player_carries_made_values_into_later_requests() -> None:
    """A server that makes other ids than the recorded one passes, so long as it keeps to them."""
    seen: list[str] = []

    def send(_method: str, target: str, headers: Mapping[str, str], _body: bytes | None) -> Answer:
        exchange = RECORDED[len(seen)]
        seen.append(target)
        assert ("Authorization" in headers) == (exchange.caller != "anonymous")
        return Answer(
            exchange.status,
            {name: concrete(value, 5) for name, value in (exchange.answer_headers or {}).items()},
            concrete(exchange.answer_body or "", 5),
        )

    verdicts = list(play(RECORDED, send, lambda caller: None if caller == "anonymous" else caller, host=HOST))
    assert [str(verdict) for verdict in verdicts if verdict.miss] == []
    assert seen == [concrete(exchange.target, 5) for exchange in RECORDED]


def test_the_player_sends_what_later_ones_need_and_judges_what_is_asked_for() -> None:
    sent: list[str] = []

    def send(method: str, target: str, _headers: Mapping[str, str], _body: bytes | None) -> Answer:
        sent.append(f"{method} {target}")
        return Answer(503)

    verdicts = list(play(RECORDED, send, lambda _caller: None, host=HOST, only="list/sites/"))
    assert {verdict.exchange.name.rpartition("/")[0] for verdict in verdicts} == {"list/sites"}
    assert all(verdict.miss for verdict in verdicts)
    assert "POST /reference/api/genders" in sent
    assert "GET /reference/api/genders" not in sent


def test_recorded_files_are_whole() -> None:
    assert len(RECORDED) == 3898
    assert len(read_dataset("reference")) == 46
    assert {exchange.caller for exchange in RECORDED} == read_callers("reference").keys()
