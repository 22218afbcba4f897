"""Gateways that end with their test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.unit.local.running import RunningGateway, running_gateway

Start = Callable[..., RunningGateway]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a gateway in front of functions `app` of the given code."""
    with ExitStack() as running:
        yield lambda code, **options: running.enter_context(running_gateway(tmp_path, code, **options))
