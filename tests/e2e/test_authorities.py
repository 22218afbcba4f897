"""Who callers are and what they may do, by the real profile behind the strangler: moved under load, and with two issuers."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Stack, close, make_project, start_stack, tis

pytestmark = pytest.mark.stack

USERINFO, GENDERS = "/profile/api/userinfo", "/reference/api/genders"
COGNITO = "TOKEN /issuers/cognito"
BODY = "1-1RSSQ05"
PATIENCE = 20.0  # seconds for a change that is due within a few
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with both services live, whose functions ask for authorities at every call."""
    live = ("--live", "reference", "--live", "profile")
    project = make_project(tmp_path_factory.mktemp("project"))
    running = start_stack(project, *live, TIS_PRINCIPAL_SECONDS="0")
    yield running
    close(running)


@pytest.fixture(scope="module")
def editor(stack: Stack) -> str:
    """The token of somebody who may change look-ups and users."""
    options = ("--authority", "reference:add:modify:entities", "--authority", "profile:add:modify:entities")
    return token(stack, "editor", *options, "--authority", "profile:view:entities", "--designated-body", BODY)


def token(stack: Stack, user: str, *options: str) -> str:
    done = tis(stack.project, stack.port, "token", "--user", user, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def move(stack: Stack, *arguments: str) -> None:
    done = tis(stack.project, stack.port, "routes", "set", *arguments, "--yes")
    assert done.returncode == 0, done.stderr


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}", **JSON}


def in_order(value: Any) -> Any:
    """A JSON value with its lists sorted, as the old service's sets have no order."""
    if isinstance(value, dict):
        return {name: in_order(one) for name, one in value.items()}
    return sorted(map(in_order, value), key=json.dumps) if isinstance(value, list) else value


def rejected(stack: Stack, text: str) -> bool:
    return stack.ask(f"{GENDERS}?size=1", headers=bearer(text)).status == 401


def becomes(condition: Callable[[], bool]) -> bool:
    """Does a condition come true in time?"""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return False


@dataclass
class BusyCallers:
    """Calls on and on; what was answered, and who answered userinfo."""

    stack: Stack
    editor: str
    reader: str
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    infos: set[str] = field(default_factory=set)
    sides: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stopped.is_set():
            info = self.stack.ask(USERINFO, headers=bearer(self.editor))
            self.seen["userinfo", info.status] += 1
            self.infos.add(json.dumps(in_order(json.loads(info.body)), sort_keys=True))
            self.sides.add(str(info.headers["X-Tis-Served-By"]))
            for name, caller in (("allowed", self.editor), ("refused", self.reader)):
                body = json.dumps({"code": f"{name}{time.time_ns()}", "label": "x"})
                self.seen[name, self.stack.ask(GENDERS, "POST", body, bearer(caller)).status] += 1


def test_profile_moves_back_and_forth_while_callers_are_busy_and_none_notices(stack: Stack, editor: str) -> None:
    callers = BusyCallers(stack, editor, token(stack, "reader", "--authority", "tcs:view:entities"))
    threads = [threading.Thread(target=callers.run) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for stage in ("legacy", "live", "legacy", "live"):
            move(stack, "--service", "profile", "--stage", stage)
    finally:
        callers.stopped.set()
        for thread in threads:
            thread.join()
    assert set(callers.seen) == {("userinfo", 200), ("allowed", 201), ("refused", 403)}
    assert callers.sides == {"profile", "legacy"}
    assert len(callers.infos) == 1


def test_somebody_who_is_nowhere_is_nobody(stack: Stack) -> None:
    nobody = token(stack, "nobody at all ")
    assert stack.ask(USERINFO, headers=bearer(nobody)).status == 404
    assert stack.ask(f"{GENDERS}?size=1", headers=bearer(nobody)).status == 200
    assert stack.ask(GENDERS, "POST", '{"code":"n","label":"n"}', bearer(nobody)).status == 403


def test_a_changed_role_counts_at_the_next_question(stack: Stack, editor: str) -> None:
    caller = token(stack, "changed", "--authority", "tcs:view:entities")
    body = '{"code":"changed","label":"x"}'
    assert stack.ask(GENDERS, "POST", body, bearer(caller)).status == 403
    user = json.loads(stack.ask("/profile/api/hee-users/changed", headers=bearer(editor)).body)
    user["roles"].append({"name": "ReferenceAdmin"})
    assert stack.ask("/profile/api/hee-users", "PUT", json.dumps(user), bearer(editor)).status == 200
    assert stack.ask(GENDERS, "POST", body, bearer(caller)).status == 201


def test_both_issuers_count_and_the_new_one_moves_by_stages(stack: Stack) -> None:
    new, old = token(stack, "mover"), token(stack, "mover", "--issuer", "keycloak")
    assert not rejected(stack, new)
    assert not rejected(stack, old)
    move(stack, COGNITO, "--stage", "legacy")
    assert becomes(lambda: rejected(stack, new))
    assert not rejected(stack, old)
    move(stack, COGNITO, "--stage", "retired")
    assert becomes(lambda: rejected(stack, old))
    assert not rejected(stack, new)
    done = tis(stack.project, stack.port, "routes", "rollback", COGNITO)
    assert done.returncode == 0, done.stderr
    assert becomes(lambda: rejected(stack, new) and not rejected(stack, old))
    move(stack, COGNITO, "--stage", "live")
    assert becomes(lambda: not rejected(stack, old) and not rejected(stack, new))


def test_profile_asks_reference_through_the_gateway_and_moves_like_any_caller(stack: Stack, editor: str) -> None:
    log = Path(stack.state["logs"]) / "strangler.log"

    def asked(side: str) -> int:
        lines = log.read_text(errors="replace").splitlines()
        return sum(
            '"GET /reference/api/dbcs/code/{code}"' in line and f'"served_by":"{side}"' in line for line in lines
        )

    def put_user(name: str, code: str) -> int:
        body = {"name": name, "lastName": "x", "emailAddress": "", "designatedBodyCodes": [code]}
        empty: dict[str, list[Any]] = {"roles": [], "associatedTrusts": [], "associatedProgrammes": []}
        return stack.ask("/profile/api/hee-users", "POST", json.dumps(body | empty), bearer(editor)).status

    before = asked("reference")
    assert put_user("asked.one", BODY) == 201
    assert put_user("asked.two", "1-NOSUCH") == 400
    assert asked("reference") > before
    move(stack, "--service", "reference", "--stage", "legacy")
    before = asked("legacy")
    assert put_user("asked.three", "1-NOSUCH-EITHER") == 400
    assert asked("legacy") > before
    move(stack, "--service", "reference", "--stage", "live")
