"""`tis cost`: tables for people, JSON for programs, faults as sentences."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import main
from infra.cost import resting

HOUR_LATER = {"timestamp": "2026-11-02 09:00:00,000+0000"}


def cost(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["cost", *arguments])


def data(*arguments: str) -> dict[str, Any]:
    result = cost("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_json_adds_up() -> None:
    found = data()
    assert found["total"] == pytest.approx(sum(line["cost"] for line in found["lines"]), abs=2)
    assert found["total"] == pytest.approx(sum(found["parts"].values()), abs=0.1)
    assert found["total"] == pytest.approx(sum(found["by_region"].values()), abs=0.02)
    assert found["total"] == pytest.approx(sum(one["total"] for one in found["services"]), abs=0.2)
    assert found["old_farm"]["total"] == pytest.approx(sum(one["cost"] for one in found["old_farm"]["lines"]), abs=0.2)
    assert found["not_priced"] == {}
    for line in found["lines"]:
        assert line["cost"] == pytest.approx(line["quantity"] / line["per"] * line["amount"], abs=0.02)


def test_tables_say_what_json_says() -> None:
    found, result = data(), cost("--lines")
    assert result.exit_code == 0
    assert f"{found['total']:,.2f}" in result.stdout
    assert f"{found['old_farm']['total']:,.2f}" in result.stdout
    for title in ("A month of prod", "By service", "1,000,000 calls", "The steps of the move", "Every line"):
        assert title in result.stdout
    assert "Traffic: 21,582,100 calls, assumed" in result.stderr
    assert "…" not in result.stdout


def test_a_region_is_a_part() -> None:
    whole = data()
    for region, total in whole["by_region"].items():
        found = data("--region", region)
        assert found["total"] == total
        assert found["regions"] == [region]
        assert found["steps"] == found["calls"] == []


def test_as_long_as_nothing_is_compiled_the_strangler_is_paid() -> None:
    assert data()["strangler"] == 0
    assert data("--interpreted")["strangler"] > 0


def test_a_recording_takes_the_place_of_the_guess(recorded: Callable[..., Path]) -> None:
    path = recorded({}, {"route": "unlisted"}, HOUR_LATER)
    found = data("--traffic", str(path))
    assert found["traffic"]["origin"] == "recorded"
    assert found["traffic"]["requests"] == 2 * 730
    assert [one["service"] for one in found["services"]] == ["reference"]
    assert "1 calls on paths that no route lists" in cost("--traffic", str(path)).stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--stage", "nowhere"), "No parameters of a stage 'nowhere'"),
        (("--region", "us-east-1"), "prod is not in region 'us-east-1'; it is in eu-west-2, eu-west-1."),
        (("--stage", "dev", "--region", "eu-west-1"), "dev is not in region 'eu-west-1'; it is in eu-west-2."),
        (("--traffic", "none.toml"), "does not exist"),
    ],
)
def test_usage(arguments: tuple[str, ...], told: str) -> None:
    result = cost(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_an_empty_recording_and_a_faulty_profile_end_with_1(tmp_path: Path, recorded: Callable[..., Path]) -> None:
    result = cost("--traffic", str(recorded()))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "recorded.jsonl holds no request line of the facade" in result.stderr
    profile = tmp_path / "guess.toml"
    profile.write_text("origin = 'given'\n", encoding="utf-8")
    result = cost("--traffic", str(profile))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "guess.toml: services: this key is missing." in result.stderr


def test_what_has_no_price_is_told_and_strict_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    types = resting.read_types()
    free = {kind: why for kind, why in types.free.items() if kind != "AWS::EC2::VPC"}
    monkeypatch.setattr(resting, "read_types", lambda: types.model_copy(update={"free": free}))
    assert data()["not_priced"] == {"AWS::EC2::VPC": 2}
    assert "Not priced" in cost().stdout
    result = cost("--strict")
    assert result.exit_code == 1
    assert "Without a price: AWS::EC2::VPC." in result.stderr


def test_strict_passes() -> None:
    assert cost("--strict").exit_code == 0
    assert cost("--strict", "--stage", "dev").exit_code == 0
