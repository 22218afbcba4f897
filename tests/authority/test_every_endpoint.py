"""Every endpoint of both services, called by everybody who must not: the old system's statuses, and nothing written."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from shared.http.endpoint import Endpoint
from shared.http.service import Service
from tests.authority.people import ASKED, NO_RIGHTS, all_but, only
from tests.authority.table import Line, line_named
from tests.authority.tokens import bad_tokens
from tests.endpoints import name_of
from tests.events import Answer, ask
from tests.identity import Issuer
from tests.integration.caller import says_why
from tests.integration.fitting import fitting_body, fitting_target
from tests.integration.watching import Statement, contents, watched

BAD = (
    "expired",
    "signed by a stranger",
    "signed none",
    "HS256 with the public key",
    "another issuer's",
    "for somebody else",
    "changed after it was signed",
)
SILENT = "GET /profile/api/userupdate"  # refuses without a word, as the old one did
UNREADABLE = "{"


class Call(NamedTuple):
    """An endpoint that was called: its line in the table, the answer, and what the database was told for it."""

    line: Line
    answer: Answer
    sent: list[Statement]

    @property
    def is_refused(self) -> bool:
        """Was the caller refused, or not known?"""
        return self.answer.status >= 400


@pytest.fixture(autouse=True)
def untouched(service: Service) -> Iterator[None]:
    """No call of these tests leaves anything in any table: refused ones do not, and the others are dry runs."""
    before = contents(service.database, service.app_name)
    yield
    assert contents(service.database, service.app_name) == before


def calls(
    service: Service, token_for: Callable[[Line], str | None], body_for: Callable[[Endpoint], Any] = fitting_body
) -> Iterator[Call]:
    """Call every endpoint of a service, in a dry run, with a token and a body that depend on the endpoint."""
    for endpoint in service.endpoints:
        line = line_named(name_of(endpoint))
        headers = {"Content-Type": "application/json", "X-Tis-Dry-Run": "true"}
        if (token := token_for(line)) is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = body_for(endpoint)
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        with watched(service.database) as sent:
            answer = ask(service, endpoint.method, fitting_target(endpoint), headers, text)
        yield Call(line, answer, sent)


def wrong(made: Iterator[Call], expected: Callable[[Line], int | None], *, may_read: bool) -> list[str]:
    """The calls that were not answered as expected (None: in any way but a refusal), or did more than they may."""
    return [f"{call.line.name}: {fault}" for call in made if (fault := fault_of(call, expected(call.line), may_read))]


def fault_of(call: Call, expected: int | None, may_read: bool) -> str:
    """What is wrong with an answer; empty where nothing is."""
    status = call.answer.status
    if expected is None:
        return f"{status} {call.answer.body[:200]}" if status in (401, 403) or status >= 500 else ""
    if status != expected:
        return f"{status}, not {expected}: {call.answer.body[:200]}"
    if call.is_refused and not (call.line.name == SILENT or call.answer.status == 404 or says_why(call.answer)):
        return f"{status} without a reason: {call.answer.body[:200]}"
    if call.is_refused and call.sent and not (may_read and all(one.only_reads for one in call.sent)):
        return f"refused after {[one.text[:100] for one in call.sent]}"
    return ""


@pytest.fixture(scope="module")
def token(issuer: Issuer) -> Callable[[str], str]:
    """The token of a user, made once."""
    return cache(issuer.token)


def holder(line: Line) -> str:
    """A user who may call the endpoint."""
    return only(line.asks if line.asks_authority else ASKED[0])


def test_without_a_token(service: Service) -> None:
    assert wrong(calls(service, lambda _: None), lambda line: line.no_token, may_read=False) == []


def test_without_a_token_nothing_is_read(service: Service) -> None:
    made = calls(service, lambda _: None, lambda endpoint: fitting_body(endpoint) and UNREADABLE)
    assert wrong(made, lambda line: line.no_token, may_read=False) == []


@pytest.mark.parametrize("kind", BAD)
def test_with_a_bad_token(service: Service, issuer: Issuer, kind: str) -> None:
    tokens = {user: bad_tokens(issuer, user)[kind] for user in map(only, ASKED)}
    made = calls(service, lambda line: tokens[holder(line)])
    assert wrong(made, lambda line: line.bad_token, may_read=False) == []


def test_with_all_authorities_but_the_one(service: Service, token: Callable[[str], str]) -> None:
    made = calls(service, lambda line: token(all_but(line.asks) if line.asks_authority else holder(line)))
    assert wrong(made, lambda line: line.no_authority if line.asks_authority else None, may_read=True) == []


@pytest.mark.parametrize("user", NO_RIGHTS)
def test_of_a_user_without_rights(service: Service, token: Callable[[str], str], user: str) -> None:
    assert wrong(calls(service, lambda _: token(user)), lambda line: line.no_authority, may_read=True) == []


def test_a_body_that_cannot_be_read_comes_before_the_authority(service: Service, token: Callable[[str], str]) -> None:
    made = calls(
        service,
        lambda line: token(all_but(line.asks) if line.asks_authority else holder(line)),
        lambda _: UNREADABLE,
    )
    readers = {f"{one.method} {one.template}" for one in service.endpoints if "body" in one.hints}
    asking = (call for call in made if call.line.name in readers and call.line.asks_authority)
    assert wrong(asking, lambda _: 400, may_read=False) == []


def test_with_the_one_authority_alone(service: Service, token: Callable[[str], str]) -> None:
    made = list(calls(service, lambda line: token(holder(line))))
    assert wrong(iter(made), lambda _: None, may_read=True) == []
    assert sum(call.answer.status < 300 for call in made) > len(made) / 2


@pytest.mark.parametrize("user", NO_RIGHTS)
@pytest.mark.parametrize("path", ["userinfo", "userupdate"])
@pytest.mark.parametrize("service", ["profile"], indirect=True)
def test_who_has_no_rights_is_nobody(service: Service, token: Callable[[str], str], user: str, path: str) -> None:
    answer = ask(service, "GET", f"/profile/api/{path}", {"Authorization": f"Bearer {token(user)}"})
    assert answer.status == 404
    assert answer.json == {"errorMessage": f"User with username {user} either not found or not active"}
