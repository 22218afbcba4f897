"""services/reference/seed.py: the rows themselves, before any database sees them."""

from typing import Any

import pytest
from sqlalchemy import UniqueConstraint

from services.reference.seed import generate
from services.reference.tables import metadata
from shared.collation import fold

Tables = dict[str, list[dict[str, Any]]]


def _generated(rows: int) -> Tables:
    return {name: list(made) for name, _, made in generate(rows)}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return _generated(1_000)


def test_every_table_has_rows(tables: Tables) -> None:
    assert set(tables) == set(metadata.tables)
    assert all(tables.values())


def test_the_seed_is_the_same_at_every_run(tables: Tables) -> None:
    assert _generated(1_000) == tables


def test_the_sizes_told_are_the_sizes_made() -> None:
    for name, size, rows in generate(50):
        assert (name, size) == (name, len(list(rows)))


def test_the_large_tables_grow_with_the_size(tables: Tables) -> None:
    assert [len(tables[name]) for name in ("Site", "Trust", "MedicalSchool")] == [1_000, 200, 250]


def test_unique_columns_hold_no_two_values_that_the_collation_takes_for_one(tables: Tables) -> None:
    for name, rows in tables.items():
        for rule in metadata.tables[name].constraints:
            if isinstance(rule, UniqueConstraint):
                keys = [tuple(fold(row[column.name]) for column in rule.columns) for row in rows]
                assert len(set(keys)) == len(keys), (name, rule.columns.keys())


def test_codes_of_sites_and_trusts_are_unique_at_any_size() -> None:
    for name, size, rows in generate(20_000):
        if name in ("Site", "Trust", "MedicalSchool"):
            key = "siteCode" if name == "Site" else "code"
            assert len({fold(row[key]) for row in rows}) == size
        else:
            list(rows)


def test_sites_belong_to_trusts_that_exist(tables: Tables) -> None:
    codes = {trust["id"]: trust["code"] for trust in tables["Trust"]}
    assert all(codes[site["trustId"]] == site["trustCode"] for site in tables["Site"])


def test_most_rows_are_current_and_some_are_not(tables: Tables) -> None:
    for name in ("Site", "Trust", "MedicalSchool"):
        inactive = sum(row["status"] == "INACTIVE" for row in tables[name])
        assert 0 < inactive < len(tables[name]) / 5


def test_the_lists_that_no_endpoint_makes_are_those_of_the_old_service(tables: Tables) -> None:
    assert [(row["id"], row["name"]) for row in tables["RoleCategory"]] == [
        (1, "Clinical Supervisors"),
        (2, "Educational Supervisors"),
        (3, "Others"),
        (4, "Leave Approvers"),
    ]
    assert len(tables["ConcernSource"]) == len(tables["ConcernType"]) == 7


def test_every_designated_body_of_an_office_has_its_office(tables: Tables) -> None:
    offices = {row["name"] for row in tables["LocalOffice"]}
    assert {row["name"] for row in tables["DBC"] if row["internal"]} == offices
    assert len(offices) == 13
