"""Settings: what is missing or malformed is refused by its name, all of it at once."""

import json
from dataclasses import dataclass

import pytest

from shared.config import ConfigError, load
from shared.http.service import Settings
from tests.identity import OLD

NEEDED = {
    "TIS_DATABASE_URL": "sqlite:///x",
    "TIS_ISSUERS": json.dumps([OLD]),
}


@dataclass(frozen=True)
class Limits:
    most: int
    share: float = 0.5


def test_reads_names_in_upper_case_and_leaves_defaults() -> None:
    settings = load(Settings, NEEDED)
    assert (settings.database_url, settings.routes_table) == ("sqlite:///x", "")


def test_reads_numbers() -> None:
    assert load(Limits, {"TIS_MOST": "7", "TIS_SHARE": "0.25"}) == Limits(7, 0.25)


def test_names_all_that_is_missing() -> None:
    with pytest.raises(ConfigError) as refused:
        load(Settings, {})
    assert all(name in str(refused.value) for name in NEEDED)


@pytest.mark.parametrize("text", ["many", "1.5", " "])
def test_names_what_is_no_number(text: str) -> None:
    with pytest.raises(ConfigError, match=f"TIS_MOST must be a number, not {text!r}"):
        load(Limits, {"TIS_MOST": text})


def test_other_settings_are_nobodys_business() -> None:
    assert load(Limits, {"TIS_MOST": "1", "TIS_SOMETHING": "else", "MOST": "2"}).most == 1


def test_empty_is_as_good_as_missing() -> None:
    with pytest.raises(ConfigError, match="TIS_DATABASE_URL"):
        load(Settings, {**NEEDED, "TIS_DATABASE_URL": ""})


def test_a_setting_that_may_be_missing_is_read_by_its_type() -> None:
    @dataclass(frozen=True)
    class Perhaps:
        most: int | None = None

    assert (load(Perhaps, {}).most, load(Perhaps, {"TIS_MOST": "7"}).most) == (None, 7)
