from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect

from infra.cli.migrate import migrate


def test_tables_are_made_and_a_second_time_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    monkeypatch.setenv("TIS_DATABASE_URL", url)
    for _ in range(2):
        done = CliRunner().invoke(migrate, ["reference"])
        assert (done.exit_code, done.stdout) == (0, "reference: its tables are up to date\n")
    engine = create_engine(url)
    assert inspect(engine).has_table("Site")
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "service", "code", "sentence"),
    [
        ("", "reference", 2, "TIS_DATABASE_URL is not set"),
        ("nonsense", "reference", 2, "is no URL of a database"),
        ("sqlite://", "nothing", 1, "There is no service 'nothing' with tables of its own."),
        ("sqlite:////no/such/place.db", "reference", 1, "unable to open database file"),
        ("mysql+pymysql://a:secret@127.0.0.1:1/x", "reference", 1, "The database refuses"),
    ],
)
def test_what_cannot_be_migrated_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str, service: str, code: int, sentence: str
) -> None:
    monkeypatch.setenv("TIS_DATABASE_URL", url)
    done = CliRunner().invoke(migrate, [service])
    assert done.exit_code == code
    assert sentence in done.stderr
    assert "secret" not in done.stderr
