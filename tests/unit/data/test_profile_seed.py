"""services/profile/seed.py: the rows themselves, and that both databases take them."""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from infra.data import schema, seed
from infra.data.dataset import find_table, row_reader
from services.profile.seed import generate
from services.profile.tables import metadata
from shared.collation import fold
from tests.contract.exchanges import read_dataset

Row = dict[str, Any]
Tables = dict[str, list[Row]]

PERMISSIONS = "fda17323280decfaea6cdfb4859e20b6a423eeb2778e3d868bc743ee1b80e98b"
LINKS = "f5228490f159acd8de228155eb83587ad5230fe0204b5e0bbcc29fcba3808b8b"
HELD = {  # number of permissions: the roles that give so many
    0: ["RevalAdmin", "RevalApprover", "RevalBeta", "RevalObserver"],
    1: ["HEE", "HEE User Observer", "Machine User", "PostDelete", "ProfileObserver", "TSS Data Admin"],
    2: ["NHSE LTFT Admin", "PPObserver", "RVOfficer", "ReferenceAdmin", "SuperUser"],
    3: ["AssessmentsAdmin", "HEE User Admin", "PPAdmin", "ProfileAdmin", "TSS Support Admin", "TcsAdmin"],
    5: ["PCSObserver", "TcsObserver"],
    6: ["HEE Trust Observer"],
    8: ["PCSAdmin"],
    9: ["ESR", "HEE Programme Observer"],
    10: ["HEE Trust Admin", "PersonAdmin"],
    15: ["HEE Programme Admin"],
    21: ["BulkUploadAdmin"],
    24: ["HEE Admin"],
    26: ["HEE Admin Sensitive"],
    27: ["ETL"],
    29: ["HEE Admin Revalidation"],
    35: ["HEE TIS Admin"],
}
KEYS = {"HeeUser": ("name",), "TraineeProfile": ("gmcNumber",)}  # besides primary keys that are named in the rows


def _generated(rows: int) -> Tables:
    return {name: list(made) for name, _, made in generate(rows)}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return _generated(1_000)


def _digest(rows: list[Row], *columns: str) -> str:
    """What stands for the rows: the same for the same rows in any order."""
    lines = sorted("|".join(row[column] for column in columns) for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()


def test_it_has_as_many_rows_as_the_old_service_and_as_asked(tables: Tables) -> None:
    sizes = {name: len(rows) for name, rows in tables.items()}
    assert [sizes[name] for name in ("Permission", "PermissionRequires", "Role", "RolePermission")] == [59, 13, 36, 273]
    assert [sizes[name] for name in ("HeeUser", "TraineeProfile", "TraineeProfile_AUD")] == [1_005, 1_000, 1_000]
    assert set(metadata.tables) - set(sizes) == {"JsonPatch"}


def test_permissions_and_links_are_those_that_callers_of_the_old_service_saw(tables: Tables) -> None:
    columns = ("name", "type", "description", "principal", "resource", "actions", "effect")
    assert _digest(tables["Permission"], *columns) == PERMISSIONS
    assert _digest(tables["RolePermission"], "roleName", "permissionName") == LINKS
    counts = Counter(row["roleName"] for row in tables["RolePermission"])
    found = {row["name"]: counts[row["name"]] for row in tables["Role"]}
    assert found == {name: count for count, names in HELD.items() for name in names}


@pytest.mark.parametrize(
    ("table", "key"), [("Permission", "name"), ("PermissionRequires", "id"), ("RolePermission", None), ("Role", "name")]
)
def test_they_are_those_of_the_recordings(tables: Tables, table: str, key: str | None) -> None:
    recorded = {tuple(sorted(_known(row).items())) for row in read_dataset("profile")[table]}
    assert {tuple(sorted(row.items())) for row in tables[table]} <= recorded
    assert key is None or len({row[key] for row in tables[table]}) == len(tables[table])


def _known(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "reason"}


def test_the_machines_are_those_of_the_recordings(tables: Tables) -> None:
    recorded = {row["name"]: row for row in read_dataset("profile")["HeeUser"]}
    machines = tables["HeeUser"][:5]
    assert [{**recorded[row["name"]], **row} for row in machines] == [recorded[row["name"]] for row in machines]
    names = {row["name"] for row in machines}
    for table in ("UserRole", "UserDesignatedBody"):
        kept = [sorted(row.items()) for row in read_dataset("profile")[table] if row["userName"] in names]
        assert [sorted(row.items()) for row in tables[table] if row["userName"] in names] == kept


def test_the_seed_is_the_same_at_every_run(tables: Tables) -> None:
    assert _generated(1_000) == tables


@pytest.mark.parametrize("rows", [1, 2, 14, 50, 2_500])
def test_the_sizes_told_are_the_sizes_made(rows: int) -> None:
    sizes = {name: (size, len(list(made))) for name, size, made in generate(rows)}
    assert all(told == made for told, made in sizes.values())
    assert (sizes["HeeUser"][0], sizes["TraineeProfile"][0]) == (rows + 5, rows)


@pytest.mark.parametrize("rows", [1, 3_000])
def test_every_value_fits_its_column(rows: int) -> None:
    for name, _, made in generate(rows):
        read = row_reader(find_table(metadata, name))
        for number, row in enumerate(made, 1):
            read(number, row)


def test_keys_are_unique_also_to_the_collation() -> None:
    for name, _, made in generate(3_000):
        rows = list(made)
        own = tuple(column.name for column in metadata.tables[name].primary_key if column.name in rows[0])
        for key in {own, KEYS.get(name, own)} - {()}:
            found = {tuple(fold(str(row[column])) for column in key) for row in rows}
            assert len(found) == len(rows), (name, key)


def test_every_link_leads_to_a_row_that_comes_before_it(tables: Tables) -> None:
    done: dict[str, set[Any]] = {}
    for name, rows in tables.items():
        for column in metadata.tables[name].columns:
            for foreign in column.foreign_keys:
                assert {row[column.name] for row in rows} <= done[foreign.target_fullname], (name, column.name)
        for column in metadata.tables[name].primary_key:
            done[f"{name}.{column.name}"] = {row.get(column.name) for row in rows}


def test_there_are_users_of_all_kinds(tables: Tables) -> None:
    assert {row["active"] for row in tables["HeeUser"]} == {True, False, None}
    names = {row["name"] for row in tables["HeeUser"]}
    for table, owner in (
        ("UserRole", "userName"),
        ("UserDesignatedBody", "userName"),
        ("UserTrust", "heeUser"),
        ("UserProgramme", "heeUser"),
    ):
        counts = Counter(row[owner] for row in tables[table])
        assert set(counts) < names
        assert table == "UserTrust" or max(counts.values()) > 1


@pytest.mark.parametrize("rows", [1, 1_000])
def test_somebody_can_administrate_a_fresh_stack(rows: int) -> None:
    tables = _generated(rows)
    (admin,) = (row for row in tables["HeeUser"] if row["name"] == "tis.administrator")
    assert admin["active"]
    assert [row["roleName"] for row in tables["UserRole"] if row["userName"] == "tis.administrator"] == [
        "HEE TIS Admin"
    ]
    held = {row["permissionName"] for row in tables["RolePermission"] if row["roleName"] == "HEE TIS Admin"}
    assert held > {f"profile:{part}:entities" for part in ("view", "add:modify", "delete")}


def test_each_body_has_one_officer(tables: Tables) -> None:
    officers = {row["userName"] for row in tables["UserRole"] if row["roleName"] == "RVOfficer"}
    bodies = [row["designatedBodyCode"] for row in tables["UserDesignatedBody"] if row["userName"] in officers]
    assert sorted(bodies) == sorted({row["designatedBodyCode"] for row in tables["TraineeProfile"]})


@pytest.mark.parametrize("server", ["sqlite", pytest.param("mariadb", marks=pytest.mark.real)])
def test_databases_take_the_rows(server: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data.db'}"
    if server == "mariadb":
        new_database: Callable[[str], str] = request.getfixturevalue("mariadb_server").database
        url = new_database("profile_seed")
    seed.ensure(url, "profile", 300)
    with schema.engine_at(url) as engine, engine.connect() as connection:
        for name, size, _ in generate(300):
            assert connection.scalar(select(func.count()).select_from(metadata.tables[name])) == size, name
