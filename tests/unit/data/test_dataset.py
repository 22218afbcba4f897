"""infra/data/dataset.py: what a file holds becomes the database's values, or a sentence that says where it is wrong."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.data.dataset import DatasetError, find_table, read_dataset, row_reader
from services.reference.tables import metadata


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold an object of tables"),
        ('{"Gender": {}}', "Gender must hold a list of rows"),
        ('{"Gender": [{}, 1]}', "Gender, row 2 must be an object"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "dataset.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=words):
        read_dataset(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nothing\.json cannot be read: No such file"):
        read_dataset(tmp_path / "nothing.json")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dataset.json"
    file.write_bytes(b'{"Gender": [{"code": "\xe9"}]}')
    with pytest.raises(DatasetError, match="is not JSON"):
        read_dataset(file)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "dataset.json"
    file.write_text(json.dumps({"Gender": [{"id": 1}]}), encoding="utf-8")
    assert read_dataset(file) == {"Gender": [{"id": 1}]}


@pytest.mark.parametrize(
    ("table", "row", "values"),
    [
        ("Site", {"startDate": "2020-02-29", "endDate": None}, {"startDate": date(2020, 2, 29), "endDate": None}),
        ("JsonPatch", {"dateAdded": "2020-02-29 23:59:01"}, {"dateAdded": datetime(2020, 2, 29, 23, 59, 1)}),  # noqa: DTZ001
        ("DBC", {"internal": True, "uuid": None}, {"internal": True, "uuid": None}),
        ("JsonPatch", {"patch": "x" * 70_000}, {"patch": "x" * 70_000}),
        ("Site", {"id": 7, "siteCode": ""}, {"id": 7, "siteCode": ""}),
    ],
)
def test_values_are_read_by_the_kind_of_their_column(table: str, row: dict[str, Any], values: dict[str, Any]) -> None:
    assert row_reader(metadata.tables[table])(1, row) == values


@pytest.mark.parametrize(
    ("table", "row", "sentence"),
    [
        ("Site", {"startDate": "2020-02-30"}, 'Site, row 3, startDate: "2020-02-30" is not a date (yyyy-MM-dd).'),
        ("Site", {"startDate": "20200230"}, 'Site, row 3, startDate: "20200230" is not a date (yyyy-MM-dd).'),
        ("Site", {"startDate": 18000}, "Site, row 3, startDate: 18000 is not a date (yyyy-MM-dd)."),
        ("JsonPatch", {"dateAdded": "2020-02-29"}, 'JsonPatch, row 3, dateAdded: "2020-02-29" is not a date and time (yyyy-MM-dd HH:mm:ss).'),
        ("Site", {"id": "7"}, 'Site, row 3, id: "7" is not a whole number.'),
        ("Site", {"id": True}, "Site, row 3, id: true is not a whole number."),
        ("Site", {"id": 2**63}, "Site, row 3, id: 9223372036854775808 is not a whole number."),
        ("DBC", {"internal": 1}, "DBC, row 3, internal: 1 is not true or false."),
        ("Gender", {"code": 5}, "Gender, row 3, code: 5 is not a text."),
        ("Gender", {"code": None}, "Gender, row 3, code: null is not allowed here."),
        ("RoleCategory", {"name": "x" * 51}, f'RoleCategory, row 3, name: "{"x" * 51}" is longer than 50 characters.'),
        ("Gender", {"codes": "x"}, "Gender, row 3: there is no column 'codes'."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(table: str, row: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DatasetError) as refusal:
        row_reader(metadata.tables[table])(3, row)
    assert str(refusal.value) == sentence


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(DatasetError, match="no table 'Sites'"):
        find_table(metadata, "Sites")
