"""Execution environments: one event at a time each, as many as the load asks for, and what becomes of broken ones."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local.environments import pool
from infra.local.environments.template import BrokenFunction
from tests.unit.local.conftest import Start
from tests.unit.local.running import RunningGateway

PIDS = """
import os, time
running = 0
def app(event, context):
    global running
    running += 1
    assert running == 1
    time.sleep(float((event["queryStringParameters"] or {}).get("for", 0)))
    running -= 1
    if event["path"] == "/die":
        os._exit(1)
    if event["path"] == "/raise":
        raise RuntimeError("as asked")
    return {"statusCode": 200, "body": f"{os.getpid()} {os.getppid()} {context.get_remaining_time_in_millis()}"}
"""


def pid_of(gateway: RunningGateway) -> int:
    return int(gateway.ask("/").body.split()[0])


def await_that(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def together(gateway: RunningGateway, count: int, target: str) -> Counter[int]:
    with ThreadPoolExecutor(count) as threads:
        return Counter(reply.status for reply in threads.map(gateway.ask, [target] * count))


def test_forty_calls_at_once_have_one_environment_each_at_a_time(start: Start) -> None:
    gateway = start(PIDS, limit=8)
    assert together(gateway, 40, "/?for=0.05") == {200: 40}
    assert 2 <= gateway.pools["strangler"].size <= 8


def test_calls_that_follow_one_another_share_an_environment(start: Start) -> None:
    gateway = start(PIDS)
    assert len({pid_of(gateway) for _ in range(10)}) == 1


def test_call_beyond_the_limit_is_throttled_after_a_bounded_wait(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "QUEUE_SECONDS", 0.2)
    gateway = start(PIDS, limit=1)
    assert together(gateway, 3, "/?for=1") == {200: 1, 429: 2}
    assert gateway.ask("/").status == 200


def test_function_that_takes_too_long_is_killed_and_replaced(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CALL_SECONDS", 0.5)
    gateway = start(PIDS, limit=1)
    before = pid_of(gateway)
    reply = gateway.ask("/?for=20")
    assert (reply.status, reply.body) == (504, b'{"message":"Endpoint request timed out"}')
    assert pid_of(gateway) != before
    await_that(lambda: not is_alive(before))


def test_environment_that_dies_costs_one_502(start: Start) -> None:
    gateway = start(PIDS, limit=1)
    before = pid_of(gateway)
    assert gateway.ask("/die").status == 502
    assert pid_of(gateway) != before


def test_idle_environment_that_was_killed_costs_nothing(start: Start) -> None:
    gateway = start(PIDS, limit=1)
    before = pid_of(gateway)
    os.kill(before, signal.SIGKILL)
    await_that(lambda: gateway.pools["strangler"].size == 0)
    assert pid_of(gateway) != before


def test_exception_is_502_and_the_environment_stays(start: Start, tmp_path: Path) -> None:
    gateway = start(PIDS, limit=1)
    before = pid_of(gateway)
    running = gateway.ask("/raise")
    assert running.status == 502
    assert pid_of(gateway) == before
    assert "RuntimeError: as asked" in (tmp_path / "function.log").read_text()


def test_idle_environments_are_given_back(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = start(PIDS)
    pid = pid_of(gateway)
    gateway.loop.call_soon_threadsafe(gateway.pools["strangler"].tidy)
    assert pid_of(gateway) == pid
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0)
    gateway.loop.call_soon_threadsafe(gateway.pools["strangler"].tidy)
    await_that(lambda: gateway.pools["strangler"].size == 0)
    await_that(lambda: not is_alive(pid))


def test_function_knows_how_long_it_may_take(start: Start) -> None:
    left = int(start(PIDS).ask("/").body.split()[2])
    assert 20_000 < left <= 29_000


def test_calls_from_inside_get_through_when_all_others_wait_for_them(start: Start) -> None:
    code = """
import http.client, os
def app(event, context):
    if event["path"] != "/asked":
        inner = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=20)
        inner.request("GET", "/_inner/asked")
        return {"statusCode": inner.getresponse().status}
    return {"statusCode": 200}
"""
    assert together(start(code, limit=4, reserved=2), 20, "/") == {200: 20}


def test_changed_code_is_taken_up_while_a_running_call_ends_on_the_old(start: Start) -> None:
    code = "import time\ndef app(event, context):\n    time.sleep(len(event['path']) / 4)\n    return {'body': 'OLD'}\n"
    gateway = start(code)
    assert gateway.ask("/").body == b"OLD"
    with ThreadPoolExecutor() as threads:
        running = threads.submit(gateway.ask, "/aaa")
        await_that(lambda: gateway.pools["strangler"].busy == 1)
        gateway.code.write_text(code.replace("OLD", "NEW"))
        gateway.run(gateway.pools["strangler"].reload())
        assert gateway.ask("/").body == b"NEW"
        assert running.result().body == b"OLD"


def test_code_that_cannot_be_imported_is_named_and_leaves_the_old_in_force(start: Start) -> None:
    gateway = start("def app(event, context):\n    return {'body': 'OLD'}\n")
    for code, told in (("def app(:\n", "SyntaxError"), ("import nothing_of_that_name\n", "ModuleNotFoundError")):
        gateway.code.write_text(code)
        with pytest.raises(BrokenFunction, match=rf"{told}.*{gateway.code.name}, line 1"):
            gateway.run(gateway.pools["strangler"].reload())
    assert gateway.ask("/").body == b"OLD"


def test_template_that_is_killed_is_replaced(start: Start) -> None:
    gateway = start(PIDS)
    environment, template = map(int, gateway.ask("/").body.split()[:2])
    os.kill(template, signal.SIGKILL)
    await_that(lambda: not is_alive(environment))
    await_that(lambda: gateway.ask("/").status == 200)
    assert any("another" in sentence for sentence in gateway.said)


def test_environment_holds_no_socket_but_its_own(start: Start) -> None:
    code = """
import os, stat
def app(event, context):
    files = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    sockets = [name for name in files if os.path.exists(name) and stat.S_ISSOCK(os.stat(name).st_mode)]
    return {"statusCode": 200, "body": str(len(sockets))}
"""
    gateway = start(code)
    threads = [threading.Thread(target=gateway.ask, args=("/",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gateway.ask("/").body == b"1"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
