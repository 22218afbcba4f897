"""Every recorded exchange through the gateway and the facade, all routes of the service live, as `tis` sets it up."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from infra.local import mariadb
from tests.contract.exchanges import RECORDED, Answer, read_callers, read_exchanges
from tests.contract.mended import MENDED
from tests.contract.opening import SERVICES
from tests.contract.player import Verdict, play
from tests.contract.senders import HttpSender
from tests.contract.tally import Tally
from tests.e2e.conftest import (
    Stack,
    close,
    make_project,
    skip_unless_deployable,
    start_deployed,
    start_stack,
    tis,
)

pytestmark = pytest.mark.stack

MARIADB = "mariadb"
OPTIONS = {"authorities": "--authority", "policies": "--policy", "designatedBodyCodes": "--designated-body"}
STACKS = {
    "sqlite": (start_stack, []),
    "deployed": (start_deployed, []),
    "mariadb": (start_stack, ["--real"]),
    "deployed-mariadb": (start_deployed, ["--real"]),
}


@dataclass
class Played:
    """A service, the verdicts on its exchanges, and who answered them."""

    service: str
    verdicts: list[Verdict]
    served_by: set[str | None]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (service, server), marks=[pytest.mark.real] if server.endswith(MARIADB) else [], id=f"{service}-{server}"
        )
        for server, service in product(STACKS, SERVICES)
    ],
)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All exchanges of a service, played once, in their order, on a stack of their own."""
    service, server = request.param
    if server.endswith(MARIADB) and not mariadb.available():
        pytest.skip(f"needs MariaDB: {mariadb.install_hint()}")
    begin, options = STACKS[server]
    if begin is start_deployed:
        skip_unless_deployable()
    stack = begin(make_project(tmp_path_factory.mktemp("project")), *options)
    try:
        make_live(stack, service)
        yield play_on(stack, service)
    finally:
        close(stack)


def make_live(stack: Stack, service: str) -> None:
    """Load the recorded rows of a service, and make it answer all its routes."""
    dataset = stack.project / "dataset.json"
    dataset.write_bytes(gzip.decompress((RECORDED / service / "dataset.json.gz").read_bytes()))
    for command in (
        ("seed", "--service", service, "--dataset", str(dataset)),
        ("routes", "set", "--service", service, "--stage", "live", "--yes"),
    ):
        done = tis(stack.project, stack.port, *command)
        assert done.returncode == 0, done.stderr


def play_on(stack: Stack, service: str) -> Played:
    """Ask the stack's gateway all that the service was asked."""
    callers = read_callers(service)
    tokens = {name: token_of(stack, caller) for name, caller in callers.items()}
    played = Played(service, [], set())
    with closing(HttpSender(stack.url)) as sender:

        def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
            answer = sender(method, target, headers, body)
            played.served_by.add(answer.headers.get("x-tis-served-by"))
            return answer

        played.verdicts.extend(play(read_exchanges(service), send, tokens.__getitem__, host=sender.host))
    return played


def token_of(stack: Stack, caller: Mapping[str, Any] | None) -> str | None:
    """The token of a recorded caller, who may do what the recordings say; None for the one without."""
    if caller is None:
        return None
    told = [part for name, flag in OPTIONS.items() for value in caller.get(name, ()) for part in (flag, value)]
    done = tis(stack.project, stack.port, "token", "--user", caller["user"], *told)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_recorded_exchange_passes(played: Played) -> None:
    tally = Tally(MENDED[played.service])
    misses = [str(verdict) for verdict in played.verdicts if tally.take(verdict)]
    assert not misses, "\n".join([*tally.lines(), *misses[:20]])
    assert len(played.verdicts) == len(read_exchanges(played.service))


def test_nothing_fell_back_to_the_old_servers(played: Played) -> None:
    assert played.served_by == {played.service}
