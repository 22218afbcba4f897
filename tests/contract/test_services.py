"""Every rebuilt service answers as the old one was recorded to, on every database, but for the faults that are mended."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from shared.http.service import Service
from tests.contract.exchanges import read_exchanges
from tests.contract.mended import MENDED
from tests.contract.opening import SERVICES, tokens_of
from tests.contract.player import Verdict, play
from tests.contract.senders import call_function
from tests.contract.tally import Tally
from tests.identity import Issuer

HOST = "tis.example"
DEPARTURES = Path(__file__).resolve().parents[2] / "docs" / "departures.md"
EXCHANGES = {service: read_exchanges(service) for service in SERVICES}
FAMILIES = [
    (service, family)
    for service, exchanges in EXCHANGES.items()
    for family in sorted({exchange.family for exchange in exchanges})
]
DEFECTS = [(service, defect) for service, defects in MENDED.items() for defect in sorted(defects)]

VerdictsOf = Callable[[str], list[Verdict]]


@pytest.fixture(scope="module")
def verdicts_of(opened: Callable[[str], Service], issuer: Issuer) -> VerdictsOf:
    """Gives the verdicts on all exchanges of a service, played once, in their order: later ones rely on earlier ones."""

    @cache
    def of_service(name: str) -> list[Verdict]:
        service = opened(name)
        verdicts = list(play(EXCHANGES[name], call_function(service, HOST), tokens_of(name, issuer), host=HOST))
        service.database.drop()
        return verdicts

    return of_service


@pytest.mark.parametrize(("service", "family"), FAMILIES)
def test_answers_as_recorded(service: str, family: str, verdicts_of: VerdictsOf) -> None:
    tally = Tally(MENDED[service])
    judged = [verdict for verdict in verdicts_of(service) if verdict.exchange.family == family]
    misses = [str(verdict) for verdict in judged if tally.take(verdict)]
    assert judged
    assert not misses, "\n".join([*tally.lines(), *misses[:20]])


@pytest.mark.parametrize("service", SERVICES)
def test_all_exchanges_were_judged(service: str, verdicts_of: VerdictsOf) -> None:
    assert [verdict.exchange for verdict in verdicts_of(service)] == EXCHANGES[service]


@pytest.mark.parametrize(("service", "defect"), DEFECTS)
def test_an_excused_defect_is_mended(service: str, defect: str, verdicts_of: VerdictsOf) -> None:
    """An excuse that nothing needs would hide what goes wrong later."""
    shown = [verdict for verdict in verdicts_of(service) if verdict.exchange.defect == defect]
    assert any(verdict.miss for verdict in shown), (
        f"{len(shown)} exchanges show {defect}, and all pass: excuse it no more"
    )


@pytest.mark.parametrize(("service", "defect"), DEFECTS)
def test_an_excused_defect_is_a_departure(service: str, defect: str) -> None:
    assert re.search(rf"`{defect}`", DEPARTURES.read_text(encoding="utf-8")), f"docs/departures.md: {service}, {defect}"
