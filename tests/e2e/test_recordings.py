"""Every recorded exchange through the gateway and the facade, all reference routes live, as `tis` sets it up."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from infra.local import mariadb
from tests.contract.exchanges import RECORDED, Answer, read_callers, read_exchanges
from tests.contract.player import Verdict, play
from tests.contract.senders import HttpSender
from tests.e2e.conftest import Stack, close, make_project, start_stack, tis

pytestmark = pytest.mark.stack

EXCHANGES = read_exchanges("reference")
OPTIONS = {"authorities": "--authority", "policies": "--policy", "designatedBodyCodes": "--designated-body"}


class Played(NamedTuple):
    verdicts: list[Verdict]
    served_by: set[str | None]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("mariadb", marks=pytest.mark.real)])
def recorded_stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that holds the recorded rows, with all of reference's routes live."""
    if request.param == "mariadb" and not mariadb.available():
        pytest.skip(f"needs MariaDB: {mariadb.install_hint()}")
    arguments = ["--real"] if request.param == "mariadb" else []
    running = start_stack(make_project(tmp_path_factory.mktemp("project")), *arguments)
    try:
        dataset = running.project / "dataset.json"
        dataset.write_bytes(gzip.decompress((RECORDED / "reference" / "dataset.json.gz").read_bytes()))
        for command in (
            ("seed", "--service", "reference", "--dataset", str(dataset)),
            ("routes", "set", "--service", "reference", "--stage", "live", "--yes"),
        ):
            done = tis(running.project, running.port, *command)
            assert done.returncode == 0, done.stderr
        yield running
    finally:
        close(running)


def token_of(stack: Stack, caller: Mapping[str, Any] | None) -> str | None:
    """The token of a recorded caller, who may do what the recordings say; None for the one without."""
    if caller is None:
        return None
    flags = [part for name, flag in OPTIONS.items() for value in caller.get(name, ()) for part in (flag, value)]
    done = tis(stack.project, stack.port, "token", "--user", caller["user"], *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def played(recorded_stack: Stack) -> Played:
    """All exchanges played once, in their order."""
    tokens = {name: token_of(recorded_stack, caller) for name, caller in read_callers("reference").items()}
    served_by: set[str | None] = set()
    with closing(HttpSender(recorded_stack.url)) as sender:

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
            answer = sender(method, target, headers, body)
            served_by.add(answer.headers.get("x-tis-served-by"))
            return answer

        verdicts = list(play(EXCHANGES, send, tokens.__getitem__, host=sender.host))
    return Played(verdicts, served_by)


def test_every_recorded_exchange_passes(played: Played) -> None:
    misses = [str(verdict) for verdict in played.verdicts if verdict.miss]
    assert not misses, "\n".join([f"{len(misses)} of {len(played.verdicts)} depart:", *misses[:20]])
    assert len(played.verdicts) == len(EXCHANGES)


def test_nothing_fell_back_to_the_old_servers(played: Played) -> None:
    assert played.served_by == {"reference"}
