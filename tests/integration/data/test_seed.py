"""infra/data/seed.py on both databases: what goes in comes out again, and a failure changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select

from infra.data import schema, seed
from infra.data.dataset import DatasetError
from services.reference.tables import funding_type, gender, json_patch, local_office, site, trust

SMALL: dict[str, list[dict[str, Any]]] = {
    "Gender": [
        {"id": 9, "code": "É", "label": "One ", "uuid": None, "status": None},
        {"id": 4, "code": "日本", "label": "Two", "status": "CURRENT"},
    ],
    "FundingType": [{"id": 1, "code": "A", "label": "B"}, {"id": 2, "code": "C", "label": "D", "allowDetails": None}],
    "JsonPatch": [{"id": 3, "tableDtoName": "X", "dateAdded": "2020-01-31 23:59:58", "enabled": False}],
    "Trust": [{"id": 1, "code": "RXX"}],
    "Site": [{"id": 30, "siteCode": "RXX01", "trustId": 1, "startDate": "2001-02-03", "endDate": None}],
}


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data.db'}"
    new_database: Callable[[], str] = request.getfixturevalue("new_database")
    return new_database()


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    schema.upgrade(url, "reference")
    with schema.engine_at(url) as engine, engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        yield connection


def _count(connection: Connection, table: Any) -> int:
    count = connection.scalar(select(func.count()).select_from(table)) or 0
    connection.rollback()
    return count


def _rows(connection: Connection, table: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def test_a_dataset_is_stored_as_it_is(url: str, connection: Connection) -> None:
    seed.load(url, "reference", SMALL)
    two, one = _rows(connection, gender)
    assert one == {"id": 9, "uuid": None, "code": "É", "label": "One ", "status": None}
    assert (two["code"], len(two["uuid"])) == ("日本", 36)
    assert [row["allowDetails"] for row in _rows(connection, funding_type)] == [False, None]
    (patch,) = _rows(connection, json_patch)
    assert (str(patch["dateAdded"]), patch["enabled"], patch["patch"]) == ("2020-01-31 23:59:58", False, None)
    (place,) = _rows(connection, site)
    assert (str(place["startDate"]), place["endDate"], place["siteName"]) == ("2001-02-03", None, None)


def test_a_dataset_replaces_the_rows_of_all_tables(url: str, connection: Connection) -> None:
    seed.load(url, "reference", SMALL)
    seed.load(url, "reference", {"Gender": SMALL["Gender"][:1]})
    assert [_count(connection, table) for table in (gender, site, trust, funding_type)] == [1, 0, 0, 0]


def test_new_ids_start_a_thousand_above_the_highest_and_are_never_given_again(url: str, connection: Connection) -> None:
    seed.load(url, "reference", SMALL)

    def new_id() -> int:
        connection.execute(insert(gender), {"code": "new", "label": "new"})
        made = connection.scalar(select(gender.c.id).where(gender.c.code == "new")) or 0
        connection.execute(delete(gender).where(gender.c.id == made))
        connection.commit()
        return made

    assert [new_id(), new_id()] == [1009, 1010]
    connection.execute(insert(local_office), {"abbreviation": "a", "name": "b"})
    assert connection.scalars(select(local_office.c.id)).all() == [1000]


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ({"Gender": [{"id": 1, "code": "a", "label": "x"}, {"id": 2, "code": "A ", "label": "y"}]}, "Gender, row 2: the database refuses"),
        ({"Site": [{"id": 1}, {"id": 2, "organizationTypeId": 77}]}, "Site, row 2: the database refuses"),
        ({"Gender": [{"id": 1, "code": "a"}]}, "Gender, row 1: the database refuses"),
        ({"Gender": [{"id": 1, "code": "a", "label": 1}]}, "Gender, row 1, label: 1 is not a text"),
        ({"Gender": [], "Genders": []}, "no table 'Genders'"),
    ],
)  # fmt: skip
def test_a_dataset_that_is_refused_changes_nothing(url: str, connection: Connection, dataset: Any, words: str) -> None:
    seed.load(url, "reference", SMALL)
    with pytest.raises(DatasetError, match=words):
        seed.load(url, "reference", {"College": [{"id": 1, "abbreviation": "a"}]} | dataset)
    assert [_count(connection, table) for table in (gender, site, trust, funding_type)] == [2, 1, 1, 2]


def test_the_seed_fills_every_table_and_tells_its_progress(url: str, connection: Connection) -> None:
    told: dict[str, tuple[int, int]] = {}
    seed.ensure(url, "reference", progress=lambda table, done, of: told.update({table: (done, of)}))
    tables = schema.tables("reference").tables
    assert {name: _count(connection, table) for name, table in tables.items()} == {
        n: done for n, (done, _) in told.items()
    }
    assert all(done == of > 0 for done, of in told.values())
    assert told["Site"] == (1_000, 1_000)


def test_a_seed_is_kept_whatever_size_is_asked_for(url: str, connection: Connection) -> None:
    seed.ensure(url, "reference", 10)
    connection.execute(delete(site).where(site.c.id == 1))
    connection.commit()
    seed.ensure(url, "reference", 10)
    assert _count(connection, site) == 9
    seed.ensure(url, "reference", 20)
    assert _count(connection, site) == 9


def test_rows_that_are_no_seed_are_kept(url: str, connection: Connection) -> None:
    connection.execute(insert(gender), {"code": "mine", "label": "mine"})
    connection.commit()
    seed.ensure(url, "reference", 10)
    assert (_count(connection, gender), _count(connection, site)) == (1, 0)
    seed.load(url, "reference", SMALL)
    seed.ensure(url, "reference", 10)
    assert _count(connection, site) == 1


def test_the_recorded_dataset_comes_out_as_it_went_in(
    url: str, connection: Connection, dataset: dict[str, list[dict[str, Any]]]
) -> None:
    seed.load(url, "reference", dataset)
    for name, rows in dataset.items():
        table = schema.tables("reference").tables[name]
        key = table.primary_key.columns[0].name
        stored = {row[key]: row for row in _rows(connection, table)}
        for row in rows:
            found = {column: stored[row[key]][column] for column in row}
            assert {c: v if v is None or isinstance(v, int) else str(v) for c, v in found.items()} == row
