"""A stand-in that runs, and knows one user."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.legacy.running import Running, running

JO = {"user": "Jo", "authorities": ["reference:delete:entities"], "policies": ["tis:references::reference:Create"]}


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    file = tmp_path / "users.jsonl"
    file.write_text(json.dumps(JO) + "\n")
    return file


@pytest.fixture
def legacy(users_file: Path) -> Iterator[Running]:
    with running(users_file) as started:
        yield started
