"""A profile from what the facade wrote."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from infra.cost.bill import monthly
from infra.cost.data import CostError
from infra.cost.prices import Prices
from infra.cost.recorded import profile_of
from infra.cost.recording import Tally, read_recording
from infra.cost.traffic import Traffic
from infra.routing import read_files
from services.strangler.facade import DIMENSIONS, FACTS, OWN
from shared.observability import RequestLines
from tests.unit.cost.figures import a_ground

Record = Callable[..., Path]
SPECS = read_files()
MONTH = 730 * 3600
HOUR_LATER = {"timestamp": "2026-11-02 09:00:00,000+0000"}
SITES = "GET /reference/api/sites"
EXISTS = "POST /reference/api/countries/exists/"


def test_a_recording_is_scaled_to_a_month(recorded: Record, traffic: Traffic) -> None:
    path = recorded({}, {"route": SITES, "milliseconds": 204}, {"route": EXISTS}, HOUR_LATER)
    profile = profile_of(read_recording(path, SPECS), traffic, "prod")
    (load,) = profile.services.values()
    assert load.requests == 4 * 730  # four in an hour
    assert load.kinds == {"read": Decimal("0.5"), "list": Decimal("0.5")}  # a POST that only reads is no write
    assert load.stages == {"legacy": Decimal(1)}
    assert load.legacy_ms == {"read": 100, "list": 150}  # less what the facade itself takes
    assert profile.origin == "recorded"
    assert profile.taken.isoformat() == "2026-11-02"
    assert profile.usage == traffic.usage


def test_sides_and_canaries_are_told_apart(recorded: Record, traffic: Traffic) -> None:
    new = {"stage": "canary", "served_by": "reference", "milliseconds": 36}
    old = {"stage": "canary", "served_by": "legacy"}
    own = {"stage": "canary", "served_by": "strangler", "status": "5xx"}
    profile = profile_of(read_recording(recorded(new, old, old, old, own, HOUR_LATER), SPECS), traffic, "prod")
    load = profile.services["reference"]
    assert load.canary_share == Decimal("0.25")  # a call that nobody answered is on no side
    assert load.service_ms == {"read": 20}  # less 4 of the facade and 12 of the gateway
    assert load.stages is not None
    assert load.stages["canary"] == Decimal(5) / 6


def test_metrics_are_counted(recorded: Record, traffic: Traffic) -> None:
    lines = [{}, {}, {"status": "4xx"}, {"route": SITES}, HOUR_LATER]
    profile = profile_of(read_recording(recorded(*lines), SPECS), traffic, "prod")
    assert profile.calls.facade_metrics * len(SPECS["reference"]["routes"]) == 2  # three in one hour, one in the other


def test_a_recorded_stage_is_paid_as_recorded(recorded: Record, traffic: Traffic, prices: Prices) -> None:
    profile = profile_of(read_recording(recorded({}, HOUR_LATER), SPECS), traffic, "dev")
    bill = monthly(a_ground(stage="dev"), prices, profile)
    assert next(line.quantity for line in bill.lines if line.price == "gateway.request") == 2 * 730


def test_what_the_facade_writes_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, recorded: Record
) -> None:
    lines = RequestLines(OWN, DIMENSIONS, FACTS)
    for now in (1_790_000_000.25, 1_790_003_600.25):
        monkeypatch.setattr("shared.observability.time.time", lambda now=now: now)
        lines.write((SITES, "legacy", "legacy", "2xx"), ("GET", 200), 0.125, correlation_id="x")
    recording = read_recording(recorded(capsys.readouterr().out), SPECS)
    assert list(recording.calls.values()) == [Tally(2, Decimal(250))]
    assert recording.span.total_seconds() == 3600


def test_other_lines_are_passed_over(recorded: Record) -> None:
    others = ["START RequestId: 1 Version: 7", '{"message": "request", "service": "tis-reference", "milliseconds": 3}']
    recording = read_recording(recorded(*others, {}, "", {"route": "unlisted"}, HOUR_LATER), SPECS)
    assert ([tally.calls for tally in recording.calls.values()], recording.unlisted) == ([2], 1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "holds no request line of the facade"),
        (["REPORT RequestId: 1"], "holds no request line of the facade"),
        ([{"route": "unlisted"}], "holds no request line of the facade"),
        ([{}], "spans 0 seconds: too short"),
        ([{}, {"timestamp": "2026-11-02 08:00:30,000+0000"}], "spans 30 seconds: too short"),
        ([{}, {"route": "GET /tcs/api/nothing"}], "line 2: infra/routes lists no route 'GET /tcs/api/nothing'"),
        ([{}, {"route": None}], "line 2: infra/routes lists no route None"),
        ([{"stage": "leagcy"}], "line 1: there is no stage 'leagcy'; there are legacy, shadow, canary, live, retired"),
        ([{"milliseconds": -3}], "line 1: a call cannot take -3 milliseconds"),
        ([{"milliseconds": "3"}], "line 1: a call cannot take '3' milliseconds"),
        ([{}, {"timestamp": "yesterday"}], "'yesterday' is no time as the facade writes it"),
        (['{"served_by": "legacy", "milliseconds": 3'], "line 1 is not JSON"),
        (['{"served_by": "legacy", "milliseconds": 3}'], "line 1 does not tell timestamp, route, stage, status"),
        (['"served_by" "milliseconds"'], "line 1 is not JSON"),
    ],
)
def test_faults_are_told(lines: list[object], told: str, recorded: Record) -> None:
    with pytest.raises(CostError) as error:
        read_recording(recorded(*lines), SPECS)
    assert told in str(error.value)
    assert str(error.value).startswith("recorded.jsonl")


def test_a_stage_without_traffic_was_not_recorded(recorded: Record, traffic: Traffic) -> None:
    with pytest.raises(CostError, match="no traffic comes to stage 'local'"):
        profile_of(read_recording(recorded({}, HOUR_LATER), SPECS), traffic, "local")
