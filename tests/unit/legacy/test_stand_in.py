"""The stand-in: paths, its rows, and its switches."""

import json
import socket
import time
from urllib.parse import quote

import pytest

from services.reference.seed import generate
from tests.legacy.names import BODIES
from tests.legacy.running import Running
from tests.unit.legacy.asking import ask

SITES = "/reference/api/sites?size=2"


def test_both_sides_know_the_designated_bodies_of_users() -> None:
    seeded = {row["dbc"] for name, _, rows in generate(1) if name == "DBC" for row in rows}
    assert len(BODIES) == 12
    assert {code for code, _, _ in BODIES} <= seeded


def test_designated_bodies_by_code(legacy: Running) -> None:
    found = ask(legacy, "/reference/api/dbcs/code/1-1rsspz7")
    assert json.loads(found.body)["dbc"] == "1-1RSSPZ7"
    missing = ask(legacy, "/reference/api/dbcs/code/1-NONESUCH")
    assert (missing.status, missing.body) == (404, "")
    filters = quote('{"dbc":["1-1RSG4X0","1-1RUZV6H","1-NONESUCH"]}')
    rows = json.loads(ask(legacy, f"/reference/api/dbcs?columnFilters={filters}&size=3").body)
    assert [row["dbc"] for row in rows] == ["1-1RSG4X0", "1-1RUZV6H"]


@pytest.mark.parametrize(
    ("target", "status", "body"),
    [
        ("/tcs/api/people", 200, "[ ]"),
        ("/tcs/api/people/1", 404, None),
        ("/reference/api/titles", 404, None),
        ("/reference/api/sites/codeexists/", 404, None),
        ("/reference/api/sites/%2F", 500, None),
        ("/reference/actuator/health", 200, '{\n  "status" : "UP"\n}'),
        ("/", 404, None),
    ],
)
def test_other_paths(legacy: Running, target: str, status: int, body: str | None) -> None:
    answer = ask(legacy, target)
    assert answer.status == status
    if body is None:
        told = json.loads(answer.body)
        assert list(told) == ["timestamp", "status", "error", "path"]
        assert (told["status"], told["path"]) == (status, target)
    else:
        assert answer.body == body


def test_its_own_rows_are_many_and_hang_together(legacy: Running) -> None:
    sites = json.loads(ask(legacy, "/reference/api/sites?size=2000").body)
    trusts = {trust["id"]: trust for trust in json.loads(ask(legacy, "/reference/api/trusts?size=2000").body)}
    assert len(sites) >= 300
    assert all(trusts[site["trustId"]]["code"] == site["trustCode"] for site in sites)
    assert len({site["siteCode"] for site in sites}) == len(sites)


def test_wrong_is_a_success_that_differs(legacy: Running) -> None:
    right = ask(legacy, SITES)
    legacy.set_mode("wrong", path="/reference/api/sites")
    wrong = ask(legacy, SITES)
    assert wrong.status == 200
    assert (wrong.headers["x-total-count"], len(json.loads(wrong.body))) == (right.headers["x-total-count"], 2)
    assert json.loads(wrong.body) != json.loads(right.body)
    assert json.loads(ask(legacy, "/reference/api/sites?page=9999").body) == [[]]
    legacy.set_mode("normal", path="/reference/api/sites")
    assert ask(legacy, SITES).body == right.body


def test_down_and_drop_are_bounded_by_their_path_and_the_longest_path_counts(legacy: Running) -> None:
    legacy.set_mode("down", path="/reference")
    legacy.set_mode("drop", path="/reference/api/sites")
    assert ask(legacy, "/reference/api/genders").status == 503
    gone = ask(legacy, SITES)
    assert (gone.status, "without response" in gone.body or "reset" in gone.body) == (0, True)
    assert ask(legacy, "/tcs/api/people").status == 200
    legacy.set_mode("normal")
    assert ask(legacy, SITES).status == 200


def test_slow_waits_and_keeps_the_order_of_a_connection(legacy: Running) -> None:
    legacy.set_mode("slow", path="/tcs", seconds=0.3)
    with socket.create_connection(("127.0.0.1", legacy.port), timeout=5) as connection:
        began = time.monotonic()
        connection.sendall(
            b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in (b"/tcs/api/people", b"/other"))
        )
        received = b""
        while b"/other" not in received:
            received += connection.recv(65536)
    assert time.monotonic() - began >= 0.3
    assert received.index(b"200 OK") < received.index(b"404 Not Found")


@pytest.mark.parametrize(
    "body", ["{", '{"mode": "odd"}', '{"mode": "slow", "seconds": -1}', '{"mode": "down", "path": "x"}']
)
def test_an_unknown_mode_is_refused_with_a_sentence(legacy: Running, body: str) -> None:
    with pytest.raises(ValueError, match="Give"):
        legacy._ask("POST", "/_stand-in/mode", body)


def test_requests_are_told_as_they_came(legacy: Running) -> None:
    with socket.create_connection(("127.0.0.1", legacy.port), timeout=5) as connection:
        head = "POST /tcs/api/a%20b?x=%C3%A9&x=2 HTTP/1.1\r\nHost: h\r\nX-Twice: 1\r\nx-twice: é\r\nContent-Length: 3\r\n\r\n"
        connection.sendall(head.encode("latin-1") + b"\x00\xff\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 404 ")
    seen = legacy.requests()
    assert [(request["method"], request["target"], request["bodyLength"]) for request in seen] == [
        ("POST", "/tcs/api/a%20b?x=%C3%A9&x=2", 3)
    ]
    assert seen[0]["headers"] == [["Host", "h"], ["X-Twice", "1"], ["x-twice", "é"], ["Content-Length", "3"]]
    legacy.forget_requests()
    assert legacy.requests() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"page={'9' * 5000}", 200),
        ("size=-1&page=x", 200),
        ("columnFilters=%7B%22siteCode%22%3A%5B%22" + "9" * 30 + "%22%5D%7D", 500),
        ("columnFilters=", 500),
        ("sort=nonesuch", 500),
    ],
)
def test_odd_parameters(legacy: Running, query: str, status: int) -> None:
    assert ask(legacy, f"/reference/api/sites?{query}").status == status
