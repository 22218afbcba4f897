"""shared/sqlite.py: a file of SQLite that answers as MySQL would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError, OperationalError

from shared import sqlite
from shared.narrowing import search_any

metadata = MetaData()
NAMES = String(50, collation="utf8mb4_general_ci")
town = Table(
    "town", metadata, Column("id", Integer, primary_key=True), Column("name", NAMES, unique=True), Column("note", NAMES)
)
street = Table("street", metadata, Column("id", Integer, primary_key=True), Column("town", ForeignKey("town.id")))
SEARCH = select(town.c.name).where(search_any([town.c.name, town.c.note], bindparam("pattern"))).order_by(town.c.name)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'town.db'}")
    sqlite.install(engine)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def towns(engine: Engine) -> Engine:
    with engine.begin() as connection:
        connection.execute(
            insert(town),
            [
                {"name": "Müllheim", "note": None},
                {"name": "100% Ampton", "note": "a_b"},
                {"name": "zeal", "note": "axb"},
                {"name": "[odd]", "note": "back\\slash"},
            ],
        )
    return engine


def test_names_are_compared_without_case_accents_and_trailing_blanks(towns: Engine) -> None:
    with towns.connect() as connection:
        assert connection.scalar(select(town.c.name).where(town.c.name == "MULLHEIM  ")) == "Müllheim"


def test_names_are_sorted_with_punctuation_after_letters(towns: Engine) -> None:
    with towns.connect() as connection:
        assert connection.scalars(select(town.c.name).order_by(town.c.name)).all() == [
            "100% Ampton",
            "Müllheim",
            "zeal",
            "[odd]",
        ]


def test_a_variant_of_a_unique_name_is_refused(towns: Engine) -> None:
    with towns.begin() as connection, pytest.raises(IntegrityError, match="UNIQUE"):
        connection.execute(insert(town), {"name": "ZÉAL "})


def test_a_dangling_key_is_refused(towns: Engine) -> None:
    with towns.begin() as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.execute(insert(street), {"town": 999})


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("'É' LIKE 'e'", 1),
        ("'a ' LIKE 'a'", 0),
        ("'a%b' LIKE 'a\\%b'", 1),
        ("'axb' LIKE 'a\\_b'", 0),
        ("'a%b' LIKE 'a/%b' ESCAPE '/'", 1),
        ("'axb' NOT LIKE 'a_b'", 0),
        ("12 LIKE '1%'", 1),
        ("NULL LIKE '%'", None),
        ("'a' LIKE NULL", None),
    ],
)
def test_like_means_what_it_means_on_mysql(engine: Engine, condition: str, truth: int | None) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"SELECT {condition}").scalar() == truth


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("%l%", ["Müllheim", "zeal", "[odd]"]),
        ("%100\\%%", ["100% Ampton"]),
        ("a\\_b", ["100% Ampton"]),
        ("a_b", ["100% Ampton", "zeal"]),
        ("%\\\\%", ["[odd]"]),
        ("%nowhere%", []),
        (None, []),
    ],
)
def test_search_finds_in_any_column(towns: Engine, pattern: str | None, names: list[str]) -> None:
    with towns.connect() as connection:
        assert connection.scalars(SEARCH, {"pattern": pattern}).all() == names


def test_search_is_like_and_or_on_mysql() -> None:
    condition = search_any([town.c.name, town.c.note], bindparam("pattern"))
    statement = str(select(town.c.id).where(condition, town.c.id > 1).compile(dialect=mysql.dialect()))
    assert "WHERE (town.name LIKE %s OR town.note LIKE %s) AND town.id > %s" in statement


def test_search_is_compiled_once_and_apart_for_other_columns(towns: Engine) -> None:
    def finds(column: Column[str], pattern: str) -> int | None:
        condition = search_any([column], bindparam("pattern"))
        with towns.connect() as connection:
            return connection.scalar(select(func.count()).select_from(town).where(condition), {"pattern": pattern})

    assert (finds(town.c.name, "%zeal%"), finds(town.c.note, "%zeal%"), finds(town.c.name, "%z%")) == (1, 0, 1)
    assert SEARCH._generate_cache_key() is not None


def test_a_transaction_is_rolled_back_whole(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE extra (id INTEGER)"))
        connection.execute(insert(town), {"name": "Gone"})
        connection.rollback()
        assert connection.scalar(select(func.count()).select_from(town)) == 0
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'extra'")) == 0


def test_a_transaction_reads_one_state(towns: Engine) -> None:
    count = select(func.count()).select_from(town)
    with towns.connect() as reader, towns.connect() as writer:
        assert reader.scalar(count) == 4
        writer.execute(insert(town), {"name": "New"})
        writer.commit()
        assert reader.scalar(count) == 4
        reader.rollback()
        assert reader.scalar(count) == 5


def test_an_immediate_transaction_holds_the_lock_from_its_begin(towns: Engine) -> None:
    with towns.connect() as first, towns.connect() as second:
        second.exec_driver_sql("PRAGMA busy_timeout = 1")
        second.rollback()
        first.execution_options(sqlite_begin="IMMEDIATE").execute(select(town))
        with pytest.raises(OperationalError, match="locked"):
            second.execution_options(sqlite_begin="IMMEDIATE").execute(select(town))


def test_a_caller_may_begin_transactions_himself(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}", isolation_level="AUTOCOMMIT")
    sqlite.install(engine, begin=False)
    metadata.create_all(engine)
    with engine.connect() as connection, engine.connect() as other:
        connection.execute(insert(town), {"name": "kept at once"})
        assert other.scalar(select(func.count()).select_from(town)) == 1
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(insert(town), {"name": "for a while"})
        assert other.scalar(select(func.count()).select_from(town)) == 1
        connection.exec_driver_sql("ROLLBACK")
        assert connection.scalar(select(func.count()).select_from(town)) == 1
    engine.dispose()


def test_connections_are_set_up_for_many_processes(engine: Engine) -> None:
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]
    assert found == ["wal", 5000, 1, 1]
