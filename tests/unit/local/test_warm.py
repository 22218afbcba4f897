"""What is done before the forks: it is really done, and leaves nothing open."""

from pathlib import Path

import psutil
import pytest
from sqlalchemy.exc import DBAPIError

from infra.local.environments.warm import ask_nothing, verify_nothing, warm_up
from shared.errors import ApiError


def test_the_token_comes_as_far_as_its_signature() -> None:
    verify_nothing()


def test_the_query_reaches_the_database_and_leaves_nothing_open(tmp_path: Path) -> None:
    file = tmp_path / "any.db"
    ask_nothing(f"sqlite:///{file}")
    assert file.exists()
    assert not [opened for opened in psutil.Process().open_files() if opened.path.startswith(str(tmp_path))]


def test_a_database_that_cannot_be_had_is_left_for_the_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'no folder' / 'any.db'}"
    with pytest.raises((ApiError, DBAPIError)):
        ask_nothing(url)
    monkeypatch.setenv("TIS_DATABASE_URL", url)
    warm_up()
