"""Calls that should not be: each gets a clear answer through gateway and facade, never a 5xx and never a hang."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.e2e.conftest import Stack, tis

pytestmark = pytest.mark.stack
SITES = "/reference/api/sites"
FOUR_BYTES = quote("\N{GRINNING FACE}")


@pytest.fixture(scope="module", params=["legacy", "live"])
def stage(request: pytest.FixtureRequest, stack: Stack) -> Iterator[str]:
    """Both sides: what the facade and the gateway refuse does not depend on who would have answered."""
    done = tis(stack.project, stack.port, "routes", "set", "--service", "reference", "--stage", request.param, "--yes")
    assert done.returncode == 0, done.stderr
    yield request.param
    tis(stack.project, stack.port, "routes", "set", "--service", "reference", "--stage", "legacy", "--yes")


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return stack.token("caller", authority="reference:add:modify:entities")


def raw(stack: Stack, lines: list[str], body: bytes = b"") -> int:
    """The status of a request sent as it is."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "Host: x", "Connection: close", "", ""]).encode("latin-1") + body)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return int(answer.split(b" ", 2)[1])


def test_bodies_urls_and_headers_that_are_too_large(stack: Stack, stage: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert stack.ask(SITES, "POST", b"[" + b" " * 10_500_000, headers).status == 413
    assert stack.ask(SITES, "POST", b"[" + b" " * 7_000_000, headers).status == 413
    assert stack.ask(f"{SITES}?size=1&x={'y' * 4_000}", headers=headers).status == 200
    assert stack.ask(f"{SITES}?x={'y' * 11_000}", headers=headers).status == 414
    assert stack.ask(SITES, headers={**headers, "X-Large": "y" * 12_000}).status == 431
    assert stage


@pytest.mark.parametrize(
    "lines",
    [
        [f"POST {SITES} HTTP/1.1", "Content-Length: 2", "Content-Length: 3"],
        [f"POST {SITES} HTTP/1.1", "Content-Length: 2", "Transfer-Encoding: chunked"],
        [f"POST {SITES} HTTP/1.1", "Content-Length: x"],
        [f"GET {SITES} HTTP/1.1", "X-Two: a\rb"],
        [f"GET {SITES}%zz HTTP/1.1"],
    ],
)
def test_requests_that_can_be_read_in_two_ways(stack: Stack, stage: str, lines: list[str]) -> None:
    assert 400 <= raw(stack, lines, b"[]") < 500, (stage, lines)


@pytest.mark.parametrize(
    "path",
    [
        "/reference/api/%2e%2e/api/sites",
        "/reference/api/titles/%2F",
        "/reference//api/sites",
        "/%",
        "/reference/api/sites/a;b",
    ],
)
def test_paths_that_can_be_read_in_two_ways(stack: Stack, stage: str, token: str, path: str) -> None:
    reply = stack.ask(path, headers={"Authorization": f"Bearer {token}"})
    if reply.headers["X-Tis-Served-By"] != "legacy":  # the old servers' own firewall says 500
        assert reply.status < 500, (stage, reply.body)
    assert str(stack.state["legacy_url"]).removeprefix("http://") not in reply.body.decode()


@pytest.mark.parametrize("token_text", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_tokens_that_nobody_signed(stack: Stack, token_text: str) -> None:
    move = ("routes", "set", f"GET {SITES}", "--yes", "--stage")
    assert tis(stack.project, stack.port, *move, "live").returncode == 0
    try:
        assert stack.ask(SITES, headers={"Authorization": f"Bearer {token_text}"}).status == 401
        assert stack.ask(SITES).status == 401
    finally:
        tis(stack.project, stack.port, *move, "legacy")


@pytest.mark.parametrize(
    ("query", "method", "body"),
    [
        ("?columnFilters=%7B%22bogus%22%3A%5B%22x%22%5D%7D", "GET", None),
        ("?sort=id;drop%20table%20Site", "GET", None),
        (f"?searchQuery={FOUR_BYTES}", "GET", None),
        ("", "POST", "{"),
        ("", "POST", "[]"),
    ],
)
def test_the_new_service_says_what_is_wrong(
    stack: Stack, token: str, query: str, method: str, body: str | None
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    reply = stack.ask(f"/_fn/reference{SITES}{query}", method, body, headers)
    assert reply.status == 400
    assert json.loads(reply.body)["description"]
