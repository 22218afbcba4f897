"""infra/data/schema.py on MariaDB."""

from collections.abc import Callable

import pytest
from sqlalchemy import inspect, text

from infra.data import schema

pytestmark = pytest.mark.real

STORAGE = text(
    "SELECT DISTINCT engine, table_collation FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name <> 'alembic_version'"
)
COLLATIONS = text(
    "SELECT DISTINCT collation_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name <> 'alembic_version' AND collation_name IS NOT NULL"
)


def _definitions(url: str) -> dict[str, list[str]]:
    """The lines of each table's definition, sorted: two indexes of a table may have been made in either order."""
    with schema.engine_at(url) as engine, engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        created = {name: connection.execute(text(f"SHOW CREATE TABLE `{name}`")).one()[1] for name in names}
        return {
            name: sorted(line.rstrip(",") for line in definition.splitlines()) for name, definition in created.items()
        }


@pytest.mark.parametrize(("service", "count"), [("reference", 46), ("profile", 13)])
def test_migrations_make_the_tables_that_the_service_says_it_has(
    new_database: Callable[[], str], service: str, count: int
) -> None:
    migrated, declared = new_database(), new_database()
    schema.upgrade(migrated, service)
    with schema.engine_at(declared) as engine:
        schema.tables(service).create_all(engine)
    assert _definitions(migrated) == _definitions(declared)
    assert len(_definitions(migrated)) == count


def test_tables_and_texts_are_as_the_old_ones_whatever_the_database_defaults_to(
    new_database: Callable[[], str],
) -> None:
    url = new_database()
    with schema.engine_at(url) as engine, engine.begin() as connection:
        connection.execute(text("ALTER DATABASE COLLATE latin1_swedish_ci"))
    schema.upgrade(url, "reference")
    with schema.engine_at(url) as engine, engine.connect() as connection:
        assert connection.execute(STORAGE).all() == [("InnoDB", "utf8mb4_general_ci")]
        assert connection.scalars(COLLATIONS).all() == ["utf8mb4_general_ci"]


def test_upgrade_leaves_an_up_to_date_database_alone(new_database: Callable[[], str]) -> None:
    url = new_database()
    schema.upgrade(url, "reference")
    before = _definitions(url)
    schema.upgrade(url, "reference")
    assert _definitions(url) == before
