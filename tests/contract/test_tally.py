"""The count of a play: an excuse takes away the exchanges of its own defect, and no others."""

from dataclasses import replace

import pytest

from tests.contract.exchanges import Exchange, read_exchanges
from tests.contract.judge import Miss
from tests.contract.mended import MENDED
from tests.contract.player import Verdict
from tests.contract.tally import Tally, UnknownDefect, excused_defects

PROFILE = read_exchanges("profile")
DOUBLED = [exchange for exchange in PROFILE if exchange.defect == "trusts-doubled"]
SOUND = next(exchange for exchange in PROFILE if not exchange.defect)
MISS = Miss("a", "b")


def counted(tally: Tally, *judged: tuple[Exchange, Miss | None]) -> list[str]:
    for exchange, miss in judged:
        tally.take(Verdict(exchange, miss))
    return list(tally.lines())


def test_an_excused_exchange_neither_passes_nor_misses() -> None:
    tally = Tally(frozenset({"trusts-doubled"}))
    lines = counted(tally, (DOUBLED[0], MISS), (DOUBLED[1], None), (SOUND, None))
    assert lines == ["contract: 2 excused: trusts-doubled 2", "contract: 1/1 passed"]
    assert tally.is_clean


def test_an_exchange_of_another_defect_or_of_none_is_not_excused() -> None:
    tally = Tally(frozenset({"post-existing"}))
    assert counted(tally, (DOUBLED[0], MISS), (SOUND, MISS), (SOUND, None)) == ["contract: 1/3 passed"]
    assert [verdict.exchange for verdict in tally.misses] == [DOUBLED[0], SOUND]
    assert not tally.is_clean


def test_nothing_judged_is_not_clean() -> None:
    assert not Tally().is_clean
    excused = Tally(frozenset({"trusts-doubled"}))
    counted(excused, (DOUBLED[0], None))
    assert not excused.is_clean


def test_all_stands_for_every_defect_that_there_is() -> None:
    assert excused_defects(["all"], PROFILE) == {exchange.defect for exchange in PROFILE} - {""}
    assert MENDED["profile"] <= excused_defects(["all"], PROFILE)
    assert excused_defects([], PROFILE) == frozenset()
    assert excused_defects(["all"], [replace(SOUND, defect="")]) == frozenset()


def test_an_excuse_that_nothing_knows_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownDefect, match=r"trusts-dubbed\. There are: active-null, .*trusts-null-saves\."):
        excused_defects(["trusts-dubbed"], PROFILE)
