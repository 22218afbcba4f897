"""Profiles of traffic with a fault: a sentence that says what and where."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.cost.data import CostError
from infra.cost.traffic import FILE, Traffic, read_traffic
from infra.routing import read_files

Write = Callable[[str, str], Path]
TCS = "tcs = { requests = 9_000_000,"


@pytest.fixture
def changed(tmp_path: Path) -> Write:
    """The profile of the repository with a text replaced, as a file."""

    def write(old: str, new: str) -> Path:
        text = FILE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "guess.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (TCS, "tcs = { request = 9_000_000,", "services.tcs.request: there is no such key; is it a typing error."),
        (TCS, "tcs = { requests = -1,", "services.tcs.requests: a number below 0 makes no sense here."),
        (TCS, "tcs = { requests = nan,", "services.tcs.requests: input should be a finite number."),
        (TCS, 'tcs = { requests = "many",', "services.tcs.requests: input should be a valid decimal."),
        (TCS, "tsc = { requests = 9_000_000,", "services.tsc: infra/routes has no such service; it has assessments,"),
        (
            "read = 0.55,",
            "reed = 0.55,",
            "services.tcs.kinds: there is no 'reed'; there are read, list, write, report.",
        ),
        ("read = 0.55,", "read = 0.65,", "the shares of read, list, write, report are 1.100 together, and must be 1"),
        ("read = 0.55,", "read = 1.55,", "services.tcs.kinds.read: input should be less than or equal to 1."),
        (TCS, TCS + " stages = { lve = 1 },", "services.tcs.stages: there is no 'lve'; there are legacy, shadow,"),
        (TCS, TCS + " service_ms = { raed = 1 },", "services.tcs.service_ms: there is no 'raed'"),
        ("peak = 8", "peak = 0", "calls.peak: input should be greater than or equal to 1."),
        ("table_gb = 1\n", "", "usage.table_gb: this key is missing."),
        ("[facade]", "[facade", "guess.toml is not TOML"),
        ("[facade]", "[services]", "guess.toml is not TOML, or tells a key twice"),
    ],
)
def test_faults_are_told(old: str, new: str, told: str, changed: Write) -> None:
    with pytest.raises(CostError) as error:
        read_traffic(changed(old, new), read_files())
    assert told in str(error.value)
    assert str(error.value).startswith("guess.toml")


def test_every_fault_is_told(changed: Write) -> None:
    path = changed(TCS, "tsc = { requests = -5, requests_a_day = 3,")
    with pytest.raises(CostError) as error:
        read_traffic(path, read_files())
    assert len(str(error.value).splitlines()) == 2


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(CostError, match="cannot be read"):
        read_traffic(tmp_path / "none.toml", read_files())


def test_the_profile_knows_every_service(traffic: Traffic) -> None:
    assert traffic.services.keys() == read_files().keys() - {"issuers"}
    assert traffic.origin == "assumed"
