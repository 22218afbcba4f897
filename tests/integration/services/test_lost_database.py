"""A database that goes away: 503 that says so, no call that waits twice, and recovery without a restart."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import make_url, text

from shared import db
from shared.db import Database
from shared.errors import Unavailable
from tests.events import Answer
from tests.faults.proxy import Fault, Proxy, proxy_to
from tests.integration.caller import ANONYMOUS, Caller

pytestmark = [pytest.mark.real, pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)]


class Ground(NamedTuple):
    """A collection of a service, with a new row, and what makes one and takes all away without the service."""

    path: str
    row: dict[str, Any]
    insertion: str
    deletion: str


GROUNDS = {
    "reference": Ground(
        "genders",
        {"code": "q1", "label": "b"},
        "INSERT INTO Gender (code, label) VALUES ('q1', 'b')",
        "DELETE FROM Gender",
    ),
    "profile": Ground(
        "roles",
        {"name": "q1", "permissions": []},
        "INSERT INTO Role (name) VALUES ('q1')",
        "DELETE FROM RolePermission",
    ),
}
REPEATABLE = {"reference": ("trusts", {}), "profile": ("roles", {"name": "q1"})}  # creates that never conflict


def ground(call: Caller) -> Ground:
    """The collection of the service that is called."""
    return GROUNDS[call.service.app_name]


def read(call: Caller) -> Answer:
    """A read of rows."""
    return call("GET", f"{call.api}/{ground(call).path}")


def write(call: Caller) -> Answer:
    """A write that can be made again and again."""
    path, row = REPEATABLE[call.service.app_name]
    return call("POST", f"{call.api}/{path}", row)


Ask = Callable[[Caller], Answer]


@pytest.fixture
def proxy(call: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy between the service and its database; nothing is waited for longer than a second."""
    monkeypatch.setattr(db, "CONNECT_TIMEOUT", 1)
    monkeypatch.setattr(db, "ANSWER_TIMEOUT", 1)
    url = make_url(call.service.database.url)
    with proxy_to(url.host or "", url.port or 0) as started:
        own = call.service.database
        call.service.database = Database(url.set(host=started.host, port=started.port).render_as_string(False))
        assert read(call).status == 200
        yield started
        started.switch(Fault.PASS)
        call.service.database.drop()
        call.service.database = own


def kill(database: Database) -> None:
    """End the server's side of a connection, as a failover does."""
    number = database.connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar()
    other = Database(database.url)
    other.connection.exec_driver_sql(f"KILL {number}")
    other.drop()


def interrupted(call: Caller, interruption: Callable[[], None]) -> None:
    """A unit of work that is interrupted between its writes, and refused for it."""
    deletion = text(ground(call).deletion)
    with call.service.database.work() as work:
        work.write(deletion)
        interruption()
        with pytest.raises(Unavailable):
            work.write(deletion)
        work.finish(keep=False)


@pytest.mark.parametrize(("ask", "status"), [(read, 200), (write, 201)], ids=["read", "write"])
def test_a_connection_that_died_while_idle_is_nobodys_business(call: Caller, ask: Ask, status: int) -> None:
    for _ in range(3):
        kill(call.service.database)
        assert ask(call).status == status


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RESET, Fault.BLACKHOLE])
@pytest.mark.parametrize(("ask", "status"), [(read, 200), (write, 201)], ids=["read", "write"])
def test_away_is_503_and_back_is_back(call: Caller, proxy: Proxy, fault: Fault, ask: Ask, status: int) -> None:
    for _ in range(2):
        proxy.switch(fault)
        assert ask(call).status == 503
        proxy.switch(Fault.PASS)
        assert ask(call).status == status


def test_503_is_a_problem_document(call: Caller, proxy: Proxy) -> None:
    proxy.switch(Fault.REFUSE)
    answer = read(call)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert (answer.json["status"], answer.json["detail"]) == (503, "The database cannot be reached now. Try again.")
    assert "127.0.0.1" not in answer.body


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.BLACKHOLE])
def test_what_needs_no_database_answers(call: Caller, proxy: Proxy, fault: Fault) -> None:
    proxy.switch(fault)
    assert call("POST", f"{call.api}/{ground(call).path}", "{").status == 400
    assert call("GET", f"{call.api}/{ground(call).path}", user=ANONYMOUS).status == 401


def test_a_statement_that_takes_too_long_is_not_asked_again(call: Caller, proxy: Proxy) -> None:
    taken = proxy.accepted
    proxy.switch(Fault.BLACKHOLE)
    assert read(call).status == 503
    assert proxy.accepted == taken


def test_nothing_is_rolled_back_on_another_connection(call: Caller, proxy: Proxy) -> None:
    taken = proxy.accepted
    interrupted(call, lambda: proxy.switch(Fault.RESET))
    assert proxy.accepted == taken


def test_a_transaction_dies_with_its_connection(call: Caller) -> None:
    before = call.rows(ground(call).path)
    interrupted(call, lambda: kill(call.service.database))
    assert call.rows(ground(call).path) == before
    assert call("POST", f"{call.api}/{ground(call).path}", ground(call).row).status == 201


def test_a_commit_that_cannot_be_confirmed_is_not_called_done(call: Caller) -> None:
    work = call.service.database.work()
    work.__enter__().write(text(ground(call).insertion))
    kill(call.service.database)
    with pytest.raises(Unavailable):
        work.__exit__(None, None, None)
    assert call("POST", f"{call.api}/{ground(call).path}", ground(call).row).status == 201
