"""The recorded exchanges of the old reference service, played through gateway and facade with the new one live."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.exchanges import read_callers, read_exchanges
from tests.contract.player import play
from tests.contract.senders import HttpSender
from tests.e2e.conftest import Stack, make_project, tis

pytestmark = pytest.mark.stack
DATASET = Path(__file__).parents[1] / "contract" / "recorded" / "reference" / "dataset.json.gz"
FLAGS = {"authorities": "--authority", "policies": "--policy", "designatedBodyCodes": "--designated-body"}


def token_of(stack: Stack, caller: dict[str, Any] | None) -> str | None:
    """The token of a recorded caller, from `tis token`."""
    if caller is None:
        return None
    flags = [part for name, flag in FLAGS.items() for value in caller.get(name, ()) for part in (flag, value)]
    return tis(stack.project, stack.port, "token", "--user", caller["user"], *flags).stdout.strip()


@pytest.mark.parametrize("options", [[], pytest.param(["--real"], marks=pytest.mark.real)], ids=["sqlite", "mariadb"])
def test_all_exchanges_pass_through_the_gateway(tmp_path: Path, run: Callable[..., Stack], options: list[str]) -> None:
    stack = run(make_project(tmp_path), *options)
    dataset = tmp_path / "dataset.json"
    dataset.write_bytes(gzip.decompress(DATASET.read_bytes()))
    for command in (
        ["seed", "--service", "reference", "--dataset", str(dataset)],
        ["routes", "set", "--service", "reference", "--stage", "live", "--yes"],
    ):
        done = tis(stack.project, stack.port, *command)
        assert done.returncode == 0, done.stderr
    tokens = {name: token_of(stack, caller) for name, caller in read_callers("reference").items()}
    exchanges = read_exchanges("reference")
    verdicts = list(play(exchanges, HttpSender(stack.url), tokens.__getitem__, host=f"127.0.0.1:{stack.port}"))
    assert [verdict for verdict in verdicts if verdict.miss] == []
    assert len(verdicts) == len(exchanges)
    assert json.loads(stack.ask("/_tis/health").body)
