"""A reference service that is slow, away or talks nonsense while profile asks it for designated bodies."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from services.profile import bodies
from tests.events import Answer
from tests.integration.caller import Caller
from tests.integration.profile.caller import API, UNKNOWN_CODE, all_but, user
from tests.integration.strangler.servers import Script, Seen, Server, drip, drop, say
from tests.integration.watching import contents

DEADLINE = 0.3  # seconds, in place of the service's own
ONE, SEVERAL = ["1-NEW"], ["1-NEW", "1-NEWER", "1-NEWEST"]
NONSENSE: dict[str, Script] = {
    "a page of HTML": say(b"<html>Bad gateway</html>"),
    "half of a list": say(b'[{"dbc":"1-NEW"}'),
    "a text": say(b'"1-NEW"'),
    "a number": say(b"7"),
    "rows that are none": say(b'[{"dbc":"1-ELSE"},{"dbc":null},{},7,"x"]'),
    "many brackets": say(b"[" * 100_000),
    "not UTF-8": say(b"\xff\xfe\xfd"),
    "another length": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n[]",
    "no HTTP": lambda _: b"hello\r\n\r\n",
    "no status": lambda _: b"HTTP/1.1 OK\r\n\r\n",
    "a header too long": lambda _: b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    "nothing": drop,
    "500": say(b'{"message":"error.internalServerError"}', "500 Internal Server Error"),
    "502": say(b"", "502 Bad Gateway"),
    "503": say(b"{}", "503 Service Unavailable", "Retry-After: 1"),
    "a move elsewhere": say(b"", "302 Found", "Location: http://127.0.0.1:1/"),
    "piece by piece": drip(1_000, 0.05),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, reference: Server) -> Iterator[None]:
    """Nothing is waited for longer than DEADLINE, and reference answers properly in the end."""
    monkeypatch.setattr(bodies, "ANSWER_SECONDS", DEADLINE)
    yield
    reference.script = all_but()


def with_codes(codes: list[str], **fields: Any) -> dict[str, Any]:
    """The body of a new user with some designated bodies."""
    return user(fields.pop("name", "new.user"), designatedBodyCodes=codes, **fields)


def refusals(call: Caller, codes: list[str]) -> Iterator[Answer]:
    """A new user, and an update of one who is there, refused without a change."""
    before = contents(call.service.database, "profile")
    name = call("GET", f"{API}/hee-users?size=1").json["content"][0]["name"]
    for method, body in (
        ("POST", with_codes(codes)),
        ("PUT", with_codes(codes)),
        ("PUT", with_codes(codes, name=name)),
    ):
        yield call(method, f"{API}/hee-users", body)
        assert contents(call.service.database, "profile") == before


def assert_unavailable(found: Answer) -> None:
    """Is it a problem document that says to try again, and tells nothing of the house?"""
    assert found.status == 503, found
    assert found.headers["content-type"] == "application/problem+json"
    assert found.headers["retry-after"]
    assert found.json["detail"] == "Designated bodies cannot be checked now. Try again."
    assert "127.0.0.1" not in found.body


@pytest.mark.parametrize("codes", [ONE, SEVERAL], ids=["one", "several"])
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_503_and_nothing_is_written(call: Caller, reference: Server, name: str, codes: list[str]) -> None:
    reference.script = NONSENSE[name]
    for found in refusals(call, codes):
        assert_unavailable(found)
    reference.script = all_but()
    assert call("POST", f"{API}/hee-users", with_codes(codes)).status == 201


@pytest.mark.parametrize("codes", [ONE, SEVERAL], ids=["one", "several"])
def test_silence_is_503_and_nothing_is_written(call: Caller, reference: Server, codes: list[str]) -> None:
    over = threading.Event()

    def silent(_: Seen) -> None:
        over.wait(60)

    reference.script = silent
    for found in refusals(call, codes):
        assert_unavailable(found)
    over.set()
    reference.script = all_but()
    assert call("POST", f"{API}/hee-users", with_codes(codes)).status == 201


@pytest.mark.parametrize("codes", [ONE, SEVERAL], ids=["one", "several"])
def test_nobody_there_is_503_and_nothing_is_written(call: Caller, reference: Server, codes: list[str]) -> None:
    reference.closes = True
    call("POST", f"{API}/hee-users", with_codes(["1-OTHER"], name="other.user"))
    reference.script = drop
    for found in refusals(call, codes):
        assert_unavailable(found)
    reference.closes = False


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"]
)
def test_a_refusal_refuses_the_code(call: Caller, reference: Server, status: str) -> None:
    reference.script = say(b"{}", status)
    for codes in (ONE, SEVERAL):
        for found in refusals(call, codes):
            assert (found.status, found.json["message"]) == (400, f"Invalid Designated Body Code: {codes[0]}")


def test_the_first_unknown_code_is_named(call: Caller) -> None:
    codes = ["1-NEW", UNKNOWN_CODE, "1-NEWER"]
    for found in refusals(call, codes):
        assert (found.status, found.json) == (
            400,
            {"message": f"Invalid Designated Body Code: {UNKNOWN_CODE}", "params": ["error.validation"]},
        )


def test_what_is_known_already_is_not_asked_again(call: Caller, reference: Server) -> None:
    assert call("POST", f"{API}/hee-users", with_codes(SEVERAL)).status == 201
    before = len(reference.seen)
    reference.script = drop
    assert call("PUT", f"{API}/hee-users", with_codes(SEVERAL, firstName="Jo")).status == 200
    assert call("POST", f"{API}/hee-users", with_codes(["None"], name="without.bodies")).status == 201
    assert len(reference.seen) == before


def test_many_codes_are_asked_together(call: Caller, reference: Server) -> None:
    before = len(reference.seen)
    codes = [f"1-{number:05}" for number in range(200)]
    assert call("POST", f"{API}/hee-users", with_codes(codes)).status == 201
    assert len(reference.seen) - before <= 3


def test_the_callers_token_goes_along(call: Caller, reference: Server) -> None:
    assert call("POST", f"{API}/hee-users", with_codes(ONE), X_Correlation_Id="abc").status == 201
    seen = reference.seen[-1]
    assert seen.one("authorization") == f"Bearer {call.token_for(call.standing_user)}"
    assert seen.one("x-correlation-id") == "abc"


@pytest.mark.parametrize("script", [drop, say(b"<html>")], ids=["away", "nonsense"])
def test_what_needs_no_bodies_is_not_asked_for(call: Caller, reference: Server, script: Script) -> None:
    reference.script = script
    before = len(reference.seen)
    assert call("GET", f"{API}/hee-users").status == 200
    assert call("POST", f"{API}/roles", {"name": "new", "permissions": []}).status == 201
    assert call("POST", f"{API}/hee-users", with_codes(ONE, roles=None, name=None)).status == 400
    assert call("POST", f"{API}/hee-users", with_codes(ONE, gmcId="12345678")).status == 400
    assert len(reference.seen) == before


def test_a_list_that_names_others_is_not_believed(call: Caller, reference: Server) -> None:
    reference.script = say(b'[{"dbc":"1-ELSE"}]')
    for found in refusals(call, SEVERAL):
        assert found.status == 400
