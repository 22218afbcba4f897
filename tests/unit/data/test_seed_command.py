"""infra/cli/seed.py: `tis seed` as it is typed, on SQLite."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from infra.cli.seed import seed
from infra.data import schema
from services.reference.tables import gender, site

GENDERS = {"Gender": [{"id": 1, "code": "a", "label": "b"}]}


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder in which a stack on port 8099 has been started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIS_PORT", "8099")
    monkeypatch.delenv("TIS_DATABASE_URL", raising=False)
    _write(tmp_path / ".tis" / "8099" / "stack.json", {"databases": {"reference": _url(tmp_path)}})
    return tmp_path


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'data.db'}"


def _write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(seed, ["--service", "reference", *arguments])


def _count(folder: Path, table: Any) -> int | None:
    with schema.engine_at(_url(folder)) as engine, engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_it_seeds_the_database_of_the_stack(stack: Path) -> None:
    result = _run("--rows", "2000", "--json")
    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout)
    assert (done["service"], done["tables"]["Site"], len(done["tables"])) == ("reference", 2000, 46)
    assert _count(stack, site) == 2000


def test_it_seeds_a_thousand_sites_unless_told(stack: Path) -> None:
    result = _run()
    assert result.exit_code == 0
    assert "rows in 46 tables" in result.stdout
    assert _count(stack, site) == 1000


def test_a_dataset_takes_the_place_of_all_rows(stack: Path) -> None:
    assert _run().exit_code == 0
    result = _run("--dataset", str(_write(stack / "set.json", GENDERS)), "--json")
    assert json.loads(result.stdout) == {"service": "reference", "rows": 1, "tables": {"Gender": 1}}
    assert (_count(stack, gender), _count(stack, site)) == (1, 0)


def test_a_packed_dataset_is_unpacked(stack: Path) -> None:
    (stack / "set.json.gz").write_bytes(gzip.compress(json.dumps(GENDERS).encode()))
    assert json.loads(_run("--dataset", str(stack / "set.json.gz"), "--json").stdout)["rows"] == 1
    assert _count(stack, gender) == 1


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"{}")[:-9], gzip.compress(b"{")])
def test_a_badly_packed_dataset_is_a_sentence(stack: Path, content: bytes) -> None:
    (stack / "set.json.gz").write_bytes(content)
    result = _run("--dataset", str(stack / "set.json.gz"))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.endswith(" Nothing was changed.\n")


def test_a_port_that_is_none_is_wrong_usage(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", "many")
    assert _run().exit_code == 2
    assert not (stack / "data.db").exists()


def test_an_empty_dataset_empties_the_tables(stack: Path) -> None:
    assert _run().exit_code == 0
    assert _run("--dataset", str(_write(stack / "set.json", {}))).exit_code == 0
    assert _count(stack, site) == 0


def test_the_environment_names_the_database_before_the_stack_does(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stack / "other").mkdir()
    monkeypatch.setenv("TIS_DATABASE_URL", _url(stack / "other"))
    assert _run().exit_code == 0
    assert _count(stack / "other", site) == 1000
    assert not (stack / "data.db").exists()


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ({"Gender": [{"id": "1"}]}, 'Gender, row 1, id: "1" is not a whole number.'),
        ({"Nothing": []}, "There is no table 'Nothing'"),
        ([], "must hold an object of tables"),
    ],
)
def test_a_bad_dataset_is_told_and_changes_nothing(stack: Path, dataset: Any, words: str) -> None:
    assert _run().exit_code == 0
    result = _run("--dataset", str(_write(stack / "set.json", dataset)))
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Nothing was changed." in result.stderr
    assert _count(stack, site) == 1000


@pytest.mark.usefixtures("stack")
def test_a_large_seed_is_not_for_sqlite() -> None:
    result = _run("--rows", "100001")
    assert (result.exit_code, "is for MariaDB" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [["--rows", "999"], ["--rows", "1000001"], ["--rows", "many"], ["--rows", "1000", "--dataset", "x"], ["--what"]],
)
@pytest.mark.usefixtures("stack")
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    assert _run(*arguments).exit_code == 2


@pytest.mark.usefixtures("stack")
def test_without_a_stack_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", "8098")
    result = _run()
    assert result.exit_code == 1
    assert "No stack is known on port 8098" in result.stderr
    assert "`make run`" in result.stderr


def test_a_database_elsewhere_is_refused_without_showing_its_password(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIS_DATABASE_URL", "mysql+pymysql://admin:hidden@db.example/reference")
    result = _run()
    assert result.exit_code == 4
    assert "admin:***@db.example/reference is not on this machine" in result.stderr
    assert not (stack / "data.db").exists()


@pytest.mark.usefixtures("stack")
def test_a_database_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_DATABASE_URL", "mysql+pymysql://root@127.0.0.1:1/reference")
    result = _run()
    assert result.exit_code == 1
    assert "mysql+pymysql://root@127.0.0.1:1/reference does not do it" in result.stderr


@pytest.mark.parametrize("url", ["nonsense", "oracledb2://x/y"])
@pytest.mark.usefixtures("stack")
def test_a_url_that_names_no_database_is_a_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_DATABASE_URL", url)
    result = _run()
    assert (result.exit_code, "cannot be read" in result.stderr) == (1, True)


def test_a_stack_file_of_the_wrong_shape_is_a_sentence(stack: Path) -> None:
    _write(stack / ".tis" / "8099" / "stack.json", ["what"])
    result = _run()
    assert (result.exit_code, "not whole" in result.stderr) == (1, True)


@pytest.mark.usefixtures("stack")
def test_an_unknown_service_is_named() -> None:
    result = CliRunner().invoke(seed, ["--service", "nowhere"])
    assert (result.exit_code, "no service 'nowhere'" in result.stderr) == (1, True)
