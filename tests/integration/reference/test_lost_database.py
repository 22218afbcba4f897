"""A database that goes away: 503 that says so, no call that waits twice, and recovery without a restart."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url, text

from shared import db
from shared.db import Database
from shared.errors import Unavailable
from tests.faults.proxy import Fault, Proxy, proxy_to
from tests.integration.reference.caller import API, Caller

pytestmark = [pytest.mark.real, pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)]

GENDER = {"code": "q1", "label": "b"}
READ: Callable[[Caller], int] = lambda call: call("GET", f"{API}/genders").status  # noqa: E731 - a row of a table
WRITE: Callable[[Caller], int] = lambda call: call("POST", f"{API}/trusts", {}).status  # noqa: E731


@pytest.fixture
def proxy(call: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy between the service and its database; nothing is waited for longer than a second."""
    monkeypatch.setattr(db, "CONNECT_TIMEOUT", 1)
    monkeypatch.setattr(db, "ANSWER_TIMEOUT", 1)
    url = make_url(call.service.database.url)
    with proxy_to(url.host or "", url.port or 0) as started:
        own = call.service.database
        call.service.database = Database(url.set(host=started.host, port=started.port).render_as_string(False))
        assert READ(call) == 200
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
    deletion = text("DELETE FROM Gender")
    with call.service.database.work() as work:
        work.write(deletion)
        interruption()
        with pytest.raises(Unavailable):
            work.write(deletion)
        work.finish(keep=False)


@pytest.mark.parametrize(("ask", "status"), [(READ, 200), (WRITE, 201)], ids=["read", "write"])
def test_a_connection_that_died_while_idle_is_nobodys_business(
    call: Caller, ask: Callable[[Caller], int], status: int
) -> None:
    for _ in range(3):
        kill(call.service.database)
        assert ask(call) == status


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RESET, Fault.BLACKHOLE])
@pytest.mark.parametrize(("ask", "status"), [(READ, 200), (WRITE, 201)], ids=["read", "write"])
def test_away_is_503_and_back_is_back(
    call: Caller, proxy: Proxy, fault: Fault, ask: Callable[[Caller], int], status: int
) -> None:
    for _ in range(2):
        proxy.switch(fault)
        assert ask(call) == 503
        proxy.switch(Fault.PASS)
        assert ask(call) == status


def test_503_is_a_problem_document(call: Caller, proxy: Proxy) -> None:
    proxy.switch(Fault.REFUSE)
    answer = call("GET", f"{API}/genders")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert (answer.json["status"], answer.json["detail"]) == (503, "The database cannot be reached now. Try again.")
    assert "127.0.0.1" not in answer.body


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.BLACKHOLE])
def test_what_needs_no_database_answers(call: Caller, proxy: Proxy, fault: Fault) -> None:
    proxy.switch(fault)
    assert call("GET", "/reference/actuator/health").status == 200
    assert call("POST", f"{API}/genders", "{").status == 400


def test_a_statement_that_takes_too_long_is_not_asked_again(call: Caller, proxy: Proxy) -> None:
    taken = proxy.accepted
    proxy.switch(Fault.BLACKHOLE)
    assert READ(call) == 503
    assert proxy.accepted == taken


def test_nothing_is_rolled_back_on_another_connection(call: Caller, proxy: Proxy) -> None:
    taken = proxy.accepted
    interrupted(call, lambda: proxy.switch(Fault.RESET))
    assert proxy.accepted == taken


def test_a_transaction_dies_with_its_connection(call: Caller) -> None:
    before = call.rows("genders")
    interrupted(call, lambda: kill(call.service.database))
    assert call.rows("genders") == before
    assert call("POST", f"{API}/genders", GENDER).status == 201


def test_a_commit_that_cannot_be_confirmed_is_not_called_done(call: Caller) -> None:
    work = call.service.database.work()
    work.__enter__().write(text("INSERT INTO Gender (code, label) VALUES ('q1', 'b')"))
    kill(call.service.database)
    with pytest.raises(Unavailable):
        work.__exit__(None, None, None)
    assert call("POST", f"{API}/genders", GENDER).status == 201
