"""The reference service answers as the old one was recorded to, on every database.

`reference_app` is the service's function, `(event, context) -> result`, on a database into which the recorded rows were
freshly loaded; `token_for` gives a token that it accepts for the name of a recorded caller, or None.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.contract.exchanges import Exchange, read_exchanges
from tests.contract.player import TokenFor, Verdict, play
from tests.contract.senders import call_function

HOST = "tis.example"
EXCHANGES = read_exchanges("reference")


def resource_of(exchange: Exchange) -> str:
    """Exchanges are named family/resource/number."""
    return exchange.name.split("/")[1]


@pytest.fixture(scope="module")
def verdicts(
    reference_app: Callable[[dict[str, Any], Any], Mapping[str, Any]], token_for: TokenFor
) -> dict[str, list[Verdict]]:
    """All exchanges played once, in their order, by resource."""
    played: dict[str, list[Verdict]] = {}
    for verdict in play(EXCHANGES, call_function(reference_app, HOST), token_for, host=HOST):
        played.setdefault(resource_of(verdict.exchange), []).append(verdict)
    return played


@pytest.mark.parametrize("resource", sorted({resource_of(exchange) for exchange in EXCHANGES}))
def test_answers_as_recorded(resource: str, verdicts: dict[str, list[Verdict]]) -> None:
    misses = [str(verdict) for verdict in verdicts[resource] if verdict.miss]
    assert not misses, "\n".join([f"{len(misses)} of {len(verdicts[resource])} depart:", *misses[:20]])


def test_all_exchanges_were_judged(verdicts: dict[str, list[Verdict]]) -> None:
    assert sum(map(len, verdicts.values())) == len(EXCHANGES)
