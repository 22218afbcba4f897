"""Upstreams that are slow, wrong, down or dropping: fallback for reads, never for writes; retries, deadlines, breakers."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.environments.context import Context
from services.strangler import breaker
from services.strangler.facade import Facade
from tests.events import event
from tests.integration.strangler.conftest import FacadeOf
from tests.integration.strangler.servers import Server, answer, drip, drop, refused_url, say, slow
from tests.integration.strangler.test_facade import call, header, served_by

SITES, EXISTS, CREATE = "GET /reference/api/sites", "POST /reference/api/sites/exists", "POST /reference/api/sites"
LIVE = {
    SITES: {"stage": "live", "deadline": 0.6},
    EXISTS: {"stage": "live", "safe": True, "deadline": 0.6},
    CREATE: {"stage": "live", "deadline": 0.6},
}
RETIRED = {route: {**terms, "stage": "retired"} for route, terms in LIVE.items()}

Break = Callable[[Server, pytest.MonkeyPatch], None]


def script(value: Any) -> Break:
    """The server does this from now on."""

    def apply(server: Server, _: pytest.MonkeyPatch) -> None:
        server.script = value

    return apply


def down(_: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens."""
    monkeypatch.setenv("TIS_REFERENCE_URL", refused_url())


def unconfigured(_: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has said where it is."""
    monkeypatch.delenv("TIS_REFERENCE_URL")


FAULTS = {
    "down": (down, 502),
    "no address": (unconfigured, 502),
    "dropping": (script(drop), 502),
    "slow": (script(slow(1.0)), 504),
    "not http": (script(lambda _: b"220 smtp.example ESMTP\r\n\r\n"), 502),
    "two lengths": (script(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 502),
    "cut short": (script(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}"), 502),
    "unknown coding": (script(lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}"), 502),
    "bad chunk": (script(lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), 502),
}
BUSY = [say(b"", "502 Bad Gateway"), say(b"", "503 Service Unavailable"), say(b"", "504 Gateway Timeout")]


@pytest.mark.parametrize("fault", [*(fault for fault, _ in FAULTS.values()), *map(script, BUSY)])
@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/reference/api/sites"), ("POST", "/reference/api/sites/exists")]
)
def test_read_falls_back_to_legacy(
    facade_of: FacadeOf, reference: Server, monkeypatch: pytest.MonkeyPatch, *, fault: Break, method: str, target: str
) -> None:
    fault(reference, monkeypatch)
    result = call(facade_of(LIVE), method, target, body="[]" if method == "POST" else None)
    assert (result["statusCode"], served_by(result)) == (200, "legacy")


def test_head_falls_back_too(facade_of: FacadeOf, reference: Server) -> None:
    reference.script = drop
    assert served_by(call(facade_of(LIVE), "HEAD")) == "legacy"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_write_never_falls_back(
    facade_of: FacadeOf, legacy: Server, reference: Server, monkeypatch: pytest.MonkeyPatch, fault: tuple[Break, int]
) -> None:
    fault[0](reference, monkeypatch)
    result = call(facade_of(LIVE), "POST", body="{}")
    assert (result["statusCode"], served_by(result), legacy.seen) == (fault[1], "strangler", [])
    assert len(reference.seen) <= 1


@pytest.mark.parametrize("busy", BUSY)
def test_write_gets_the_services_own_refusal(facade_of: FacadeOf, reference: Server, busy: Any) -> None:
    reference.script = busy
    result = call(facade_of(LIVE), "POST", body="{}")
    assert (result["statusCode"] in (502, 503, 504), served_by(result)) == (True, "reference")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_retired_route_never_goes_to_legacy(
    facade_of: FacadeOf, legacy: Server, reference: Server, monkeypatch: pytest.MonkeyPatch, fault: tuple[Break, int]
) -> None:
    fault[0](reference, monkeypatch)
    assert call(facade_of(RETIRED))["statusCode"] == fault[1]
    assert legacy.seen == []


def test_ordinary_errors_do_not_fall_back(facade_of: FacadeOf, legacy: Server, reference: Server) -> None:
    facade = facade_of(LIVE)
    for status in ("400 Bad Request", "404 Not Found", "409 Conflict"):
        reference.script = say(b"", status)
        assert call(facade)["statusCode"] == int(status[:3])
    assert legacy.seen == []


def test_write_on_a_connection_that_breaks_is_sent_once(facade_of: FacadeOf, legacy: Server) -> None:
    """A kept connection that dies after the request went out: the old server may have done it already."""
    facade = facade_of({CREATE: "legacy", SITES: "legacy"})
    call(facade)
    legacy.script = drop
    assert call(facade, "POST", body="{}")["statusCode"] == 502
    assert [seen.line.split(" ")[0] for seen in legacy.seen] == ["GET", "POST"]


def test_read_on_a_connection_that_breaks_is_sent_again(facade_of: FacadeOf, legacy: Server) -> None:
    facade = facade_of({SITES: "legacy"})
    call(facade)
    answers = iter([None, answer()])
    legacy.script = lambda _: next(answers)
    assert call(facade)["statusCode"] == 200
    assert len(legacy.seen) == 3


def test_retries_have_a_budget(facade_of: FacadeOf, legacy: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "MINIMUM_CALLS", 1000.0)
    legacy.script = drop
    facade = facade_of({SITES: "legacy"})
    for _ in range(20):
        assert call(facade)["statusCode"] == 502
    assert 20 + 3 <= len(legacy.seen) <= 20 + 3 + 20 * 0.2


def test_breaker_spares_a_dead_upstream_and_closes_again(
    facade_of: FacadeOf, legacy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    facade = facade_of({CREATE: "legacy"})
    legacy.script = drop
    statuses = [call(facade, "POST", body="{}")["statusCode"] for _ in range(8)]
    assert statuses[:4] == [502] * 4
    assert statuses[-1] == 503
    refused = call(facade, "POST", body="{}")
    assert header(refused, "retry-after") == ["2"]
    spared = len(legacy.seen)
    legacy.script = say()
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.0)
    assert [call(facade, "POST", body="{}")["statusCode"] for _ in range(3)] == [200] * 3
    assert spared < 9


def test_open_breaker_sends_reads_straight_to_legacy(facade_of: FacadeOf, reference: Server) -> None:
    facade = facade_of(LIVE)
    reference.script = say(b"", "503 Service Unavailable")
    assert [served_by(call(facade)) for _ in range(12)] == ["legacy"] * 12
    assert len(reference.seen) < 8


def test_deadline_of_the_function_holds(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = slow(2.0)
    facade: Facade = facade_of({SITES: "legacy"})
    now = time.monotonic()
    result = facade.answer(event("GET", "/reference/api/sites", {}), Context("strangler", now + 1.3))
    assert result["statusCode"] == 504
    assert json.loads(result["body"])["title"] == "Gateway Timeout"


def test_call_without_time_left_is_not_sent(facade_of: FacadeOf, legacy: Server) -> None:
    facade = facade_of({CREATE: "legacy"})
    made = event("POST", "/reference/api/sites", {}, "{}")
    result = facade.answer(made, Context("strangler", time.monotonic() + 1.01))
    assert (result["statusCode"], legacy.seen) == (504, [])


def test_answer_that_drips_does_not_outlast_the_deadline(facade_of: FacadeOf, legacy: Server) -> None:
    """Each byte comes in time, the whole does not."""
    legacy.script = drip(100, 0.05)
    facade = facade_of({SITES: {"stage": "legacy", "deadline": 0.3}})
    assert call(facade)["statusCode"] == 504


def test_server_that_answers_before_it_has_read_all(facade_of: FacadeOf, legacy: Server) -> None:
    legacy.script = say(b"too much", "413 Content Too Large", "Connection: close")
    result = call(facade_of({CREATE: "legacy"}), "POST", body="x" * 3_000_000)
    assert result["statusCode"] == 413
