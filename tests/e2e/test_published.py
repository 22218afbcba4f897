"""The compiled table as the routes of the gateway: what is decided passes no strangler, and one command turns all back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Stack, close, make_project, skip_unless_deployable, start_deployed, tis

pytestmark = pytest.mark.stack
SITES, GENDERS = "/reference/api/sites?size=1", "/reference/api/genders?size=1"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    skip_unless_deployable()
    running = start_deployed(make_project(tmp_path_factory.mktemp("project")))
    yield running
    close(running)


def ran(stack: Stack, *arguments: str) -> str:
    done = tis(stack.project, stack.port, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def served(stack: Stack, target: str) -> tuple[int, str | None, set[str]]:
    """Status and server of a call, and the functions that have run for it: each writes lines of what it answers."""
    before = lines_of(stack)
    token = stack.token("jo")
    reply = stack.ask(target, headers={"Authorization": f"Bearer {token}"})
    after = lines_of(stack)
    return reply.status, reply.headers["X-Tis-Served-By"], {name for name in after if after[name] != before[name]}


def lines_of(stack: Stack) -> dict[str, int]:
    """The request lines in each function's log."""
    logs = Path(stack.state["logs"])
    names = ("profile", "reference", "strangler")
    return {name: (logs / f"tis-{name}-local.log").read_text(errors="replace").count('"route":') for name in names}


def test_settled_routes_pass_no_strangler_and_all_legacy_turns_the_gateway(stack: Stack) -> None:
    ran(stack, "routes", "set", "GET /reference/api/sites", "--stage", "live", "--yes")
    assert served(stack, GENDERS) == (200, "legacy", {"strangler"})
    published = json.loads(ran(stack, "routes", "publish", "--stage", "local", "--yes", "--json"))
    assert not published["strangler_needed"]
    assert served(stack, GENDERS) == (200, None, set())  # a legacy route: no function has run
    assert served(stack, SITES) == (200, None, {"reference"})
    ran(stack, "routes", "all-legacy", "--on")
    assert served(stack, SITES) == (200, None, set())
    ran(stack, "routes", "all-legacy", "--off")
    assert served(stack, SITES) == (200, None, {"reference"})


def test_a_moved_route_waits_for_the_next_publishing_and_is_told_so(stack: Stack) -> None:
    ran(stack, "routes", "publish", "--stage", "local", "--yes")
    moved = tis(stack.project, stack.port, "routes", "set", "GET /reference/api/genders", "--stage", "live", "--yes")
    assert "tis routes publish --stage local --yes" in moved.stderr
    assert served(stack, GENDERS)[2] == set()
    assert "No call passes the strangler" in ran(stack, "routes", "publish", "--stage", "local", "--yes")
    assert served(stack, GENDERS)[2] == {"reference"}


def test_without_yes_nothing_is_published(stack: Stack) -> None:
    assert tis(stack.project, stack.port, "routes", "publish", "--stage", "local").returncode == 4
