"""Callers move: one route at a time, by cohorts, and back, through the gateway of a running stack."""

import http.client
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.conftest import Stack, tis

pytestmark = pytest.mark.stack
SITES = "/reference/api/sites"
ROUTE = f"GET {SITES}"
THREADS = 4


def operate(stack: Stack, *arguments: str) -> Any:
    """What a `tis` command says as JSON; the command must succeed."""
    done = tis(stack.project, stack.port, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def move(stack: Stack, stage: str, *more: str) -> Any:
    return operate(stack, "routes", "set", ROUTE, "--stage", stage, *more, "--yes")


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def token(stack: Stack) -> Iterator[str]:
    """A caller's token; afterwards the route is back at legacy."""
    yield stack.token("mover")
    move(stack, "legacy")


def served_by(stack: Stack, token: str, target: str = f"{SITES}?size=1", method: str = "GET") -> str:
    reply = stack.ask(target, method, headers=bearer(token))
    assert reply.status == 200, reply.body
    return str(reply.headers["X-Tis-Served-By"])


def serving_sides(stack: Stack, tokens: list[str]) -> list[str]:
    """Who serves each caller, asked on a few kept connections."""

    def ask_all(some: list[str]) -> list[str]:
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
        sides = []
        for one in some:
            connection.request("GET", f"{SITES}?size=1", headers=dict(bearer(one)))
            answer = connection.getresponse()
            answer.read()
            sides.append(str(answer.headers["X-Tis-Served-By"]))
        connection.close()
        return sides

    portion = -(-len(tokens) // THREADS)
    with ThreadPoolExecutor(THREADS) as threads:
        parts = [tokens[start : start + portion] for start in range(0, len(tokens), portion)]
        return [side for sides in threads.map(ask_all, parts) for side in sides]


def test_one_route_moves_and_only_that(stack: Stack, token: str) -> None:
    assert served_by(stack, token) == "legacy"
    move(stack, "live")
    assert served_by(stack, token) == "reference"
    assert served_by(stack, token, method="HEAD") == "reference"
    assert served_by(stack, token, f"{SITES}/?size=1") == "reference"
    assert served_by(stack, token, "/reference/api/grades?size=1") == "legacy"


def test_a_tenth_of_the_callers_and_always_the_same(stack: Stack, token: str) -> None:
    tokens = tis(stack.project, stack.port, "token", "--user", "cohort", "--count", "5000").stdout.split()
    assert len(tokens) == 5_000
    move(stack, "canary", "--permyriad", "1000")
    first = serving_sides(stack, tokens)
    assert abs(first.count("reference") - 500) <= 50
    assert first.count("reference") + first.count("legacy") == 5_000
    some = tokens[:1_000]
    assert serving_sides(stack, some) == first[:1_000]
    move(stack, "canary", "--permyriad", "2000")
    wider = serving_sides(stack, some)
    assert all(after == "reference" for before, after in zip(first, wider, strict=False) if before == "reference")
    assert wider.count("reference") > first[:1_000].count("reference")
    assert served_by(stack, token) in ("legacy", "reference")


def test_one_switch_takes_all_back_but_what_is_retired(stack: Stack, token: str) -> None:
    move(stack, "live")
    operate(stack, "routes", "set", "GET /reference/api/titles", "--stage", "retired", "--yes")
    try:
        left = json.dumps(operate(stack, "routes", "all-legacy", "--on"))
        assert "/reference/api/titles" in left
        assert ROUTE not in left
        assert served_by(stack, token) == "legacy"
        assert served_by(stack, token, "/reference/api/titles?size=1") == "reference"
    finally:
        operate(stack, "routes", "all-legacy", "--off")
        operate(stack, "routes", "set", "GET /reference/api/titles", "--stage", "legacy", "--yes")
    assert served_by(stack, token) == "reference"


def test_rollback_goes_one_move_back(stack: Stack, token: str) -> None:
    move(stack, "live")
    operate(stack, "routes", "rollback", ROUTE)
    assert served_by(stack, token) == "legacy"


def test_a_move_is_shown_first(stack: Stack, token: str) -> None:
    done = tis(stack.project, stack.port, "routes", "set", ROUTE, "--stage", "live")
    assert done.returncode == 4
    assert served_by(stack, token) == "legacy"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["set", "GET /nope", "--stage", "live", "--yes"], 1, "/nope"),
        (["set", ROUTE, "--stage", "nowhere", "--yes"], 2, "nowhere"),
        (["set", "GET /tcs/api/people", "--stage", "live", "--yes"], 4, "people"),
        (["set", ROUTE, "--stage", "canary", "--permyriad", "20000", "--yes"], 2, "20000"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(stack: Stack, arguments: list[str], code: int, words: str) -> None:
    done = tis(stack.project, stack.port, "routes", *arguments)
    assert done.returncode == code, done
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_find_says_who_serves_a_url_and_where(stack: Stack) -> None:
    found = json.dumps(operate(stack, "routes", "find", "/reference/api/sites/7"))
    assert "services/reference/sites.py:" in found
    assert "any valid token" in found
