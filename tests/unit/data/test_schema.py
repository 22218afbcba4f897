"""infra/data/schema.py on SQLite; tests/integration/data does the same on MariaDB."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from infra.data import schema


def _definitions(url: str) -> list[tuple[str, str]]:
    with schema.engine_at(url) as engine, engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
        return [
            (row.name, in_order(row.sql)) for row in found if row.name not in ("alembic_version", "sqlite_sequence")
        ]


def in_order(sql: str) -> str:
    """A definition with its lines sorted: the order of constraints is left open."""
    first, *lines = sql.splitlines()
    return "\n".join([first, *sorted(line.rstrip(" ,") for line in lines)])


@pytest.mark.parametrize(("service", "count"), [("reference", 46), ("profile", 13)])
def test_migrations_make_the_tables_that_the_service_says_it_has(tmp_path: Path, service: str, count: int) -> None:
    migrated, declared = (f"sqlite:///{tmp_path / name}.db" for name in ("migrated", "declared"))
    schema.upgrade(migrated, service)
    with schema.engine_at(declared) as engine:
        schema.tables(service).create_all(engine)
    assert _definitions(migrated) == _definitions(declared)
    assert len([name for name, sql in _definitions(migrated) if sql.lstrip().startswith("CREATE TABLE")]) == count


def test_upgrade_leaves_an_up_to_date_database_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data.db'}"
    schema.upgrade(url, "reference")
    before = _definitions(url)
    schema.upgrade(url, "reference")
    assert _definitions(url) == before


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data.db'}"
    with schema.engine_at(url) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE Trust (id INTEGER)"))  # the last one that the first migration makes
        with pytest.raises(OperationalError, match="already exists"):
            schema.upgrade(url, "reference")
        assert inspect(engine).get_table_names() == ["Trust"]


def test_an_unknown_service_is_named() -> None:
    with pytest.raises(LookupError, match="no service 'nowhere'"):
        schema.tables("nowhere")
