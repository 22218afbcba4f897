from dataclasses import replace
from typing import Any

import pytest

from infra.gates.parameters import break_parameters
from infra.ground.standing import Ground, Place

PLACE = Place("prod", "eu-west-2")
GONE = object()


def broken(ground: Ground, parameter: str, value: Any) -> list[tuple[str, str, str]]:
    values = {**ground.parameters[PLACE], parameter: value}
    if value is GONE:
        del values[parameter]
    changed = replace(ground, parameters={**ground.parameters, PLACE: values})
    return [(one.rule, one.resource, f"{one.why} {one.mend}") for one in break_parameters(changed)]


@pytest.mark.parametrize(
    ("parameter", "value", "rule"),
    [
        ("MinCapacity", "90", "out_of_range"),
        ("MinCapacity", "many", "not_a_number"),
        ("Zones", "4", "not_allowed"),
        ("VpcCidr", "10.32.0.0/8", "pattern"),
        ("VpcCidr", GONE, "missing"),
        ("Stage", "dev", "other_stage"),
        ("MinCapacitee", "1", "unknown"),
    ],
)
def test_value_that_does_not_do_is_told(ground: Ground, parameter: str, value: Any, rule: str) -> None:
    found = broken(ground, parameter, value)
    assert {(one[0], one[1]) for one in found} == {(rule, parameter)}


def test_sentence_says_what_is_allowed(ground: Ground) -> None:
    assert broken(ground, "MinCapacity", "90")[0][2] == (
        "data.yaml refuses MinCapacity '90'. The least capacity is between 0.5 and 64 units."
    )


def test_file_for_an_unknown_region_is_told(ground: Ground) -> None:
    changed = replace(ground, parameters={Place("prod", "eu-west-9"): ground.parameters[PLACE]})
    assert [one.rule for one in break_parameters(changed)] == ["unknown_region"]
