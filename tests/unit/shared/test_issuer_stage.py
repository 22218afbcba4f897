"""The kept stage of the issuers: read again when it is old, kept when it cannot be read, and never made up."""

import pytest

from shared.issuer_stage import IssuerStage
from shared.key_sets import KeysUnavailable
from shared.stages import FIRST_READ_SECONDS, MAX_AGE, READ_SECONDS, RETRY_AGE, IssuerMove


class Store:
    """Holds a stage, can be away, and notes how long it was given for each reading; with a clock."""

    def __init__(self) -> None:
        self.stage, self.away, self.now = "legacy", False, 100.0
        self.readings: list[float] = []

    def read(self, seconds: float) -> IssuerMove:
        """The move as it stands."""
        self.readings.append(seconds)
        if self.away:
            raise OSError("away")
        return IssuerMove(self.stage)

    def kept(self) -> IssuerStage:
        """What a service keeps of it."""
        return IssuerStage(self.read, lambda: self.now)


def test_is_read_again_when_it_is_old() -> None:
    store = Store()
    kept = store.kept()
    assert kept().stage == "legacy"
    store.stage = "live"
    store.now += MAX_AGE
    assert kept().stage == "legacy"
    store.now += 0.1
    assert kept().stage == "live"
    assert store.readings == [FIRST_READ_SECONDS, READ_SECONDS]


def test_the_last_one_holds_while_the_store_is_away(caplog: pytest.LogCaptureFixture) -> None:
    store = Store()
    kept = store.kept()
    assert kept().stage == "legacy"
    store.away, store.stage = True, "live"
    for _ in range(50):
        store.now += 1.0
        assert kept().stage == "legacy"
    assert len(store.readings) <= 1 + 50 / RETRY_AGE
    assert "stays in force" in caplog.records[0].getMessage()
    store.away = False
    store.now += RETRY_AGE + 0.1
    assert kept().stage == "live"


def test_one_that_was_never_read_lets_nobody_in() -> None:
    store = Store()
    store.away = True
    kept = store.kept()
    for _ in range(2):
        with pytest.raises(KeysUnavailable):
            kept()
    store.away = False
    assert kept().stage == "legacy"
