"""The list of departures and the tests of them, held to each other."""

import re
from pathlib import Path

from tests.departures import test_profile, test_reference

DEPARTURES = Path(__file__).parents[2] / "docs" / "departures.md"


def test_every_departure_has_its_test_and_the_reverse() -> None:
    names = re.findall(r"^\| `([a-z0-9-]+)` \|", DEPARTURES.read_text(encoding="utf-8"), re.MULTILINE)
    wanted = [f"test_departure_{name.replace('-', '_')}" for name in names]
    assert wanted
    tests = [name for module in (test_profile, test_reference) for name in vars(module) if name.startswith("test_dep")]
    assert [name for name in wanted if not any(test.startswith(name) for test in tests)] == []
    assert [test for test in tests if not test.startswith(tuple(wanted))] == []
