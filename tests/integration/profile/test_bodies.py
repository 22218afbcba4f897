"""What profile asks of reference, answered by the reference service itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from services.profile.bodies import Bodies
from shared.calling.client import Upstream
from shared.calling.wire import Answer
from shared.errors import Refused
from shared.http.service import Service
from tests.contract.opening import tokens_of
from tests.events import ask
from tests.identity import Issuer


class Gateway(Upstream):
    """Hands calls to the service in this process."""

    def __init__(self, service: Service) -> None:
        super().__init__("http://gateway.test/reference")
        self.service = service
        self.statuses: list[int] = []

    def send(self, method: str, target: str, headers: Mapping[str, list[str]], *_: object, **__: object) -> Answer:
        """The service's answer."""
        sent = {name: values[0] for name, values in headers.items()}
        answer = ask(self.service, method, f"/reference{target}", sent)
        self.statuses.append(answer.status)
        return Answer(answer.status, {}, answer.body.encode())


@pytest.fixture
def gateway(opened: Callable[[str], Service]) -> Iterator[Gateway]:
    service = opened("reference")
    yield Gateway(service)
    service.database.drop()


@pytest.fixture
def check(gateway: Gateway, issuer: Issuer) -> Callable[..., None]:
    """Asks afresh at each call."""
    token = tokens_of("reference", issuer)("planner") or ""

    def check(*codes: str, bearer: str = token) -> None:
        bodies = Bodies()
        bodies.reference = gateway
        bodies.check(codes, bearer, {})

    return check


@pytest.fixture
def known(gateway: Gateway, issuer: Issuer) -> list[str]:
    """Some codes that reference has."""
    headers = {"Authorization": f"Bearer {tokens_of('reference', issuer)('planner')}"}
    rows: list[Any] = ask(gateway.service, "GET", "/reference/api/dbcs?size=3", headers).json
    return [row["dbc"] for row in rows]


def test_known_codes_pass_alone_and_together(check: Callable[..., None], known: list[str], gateway: Gateway) -> None:
    check(known[0])
    check(*known)
    check(known[0].lower(), known[1] + "  ", "None")
    assert gateway.statuses == [200, 200, 200]


@pytest.mark.parametrize(
    "code", ["1-NONE", "12345", "1" * 30, "true", "é", "日本", '"', "a,b", "a+b", "a?b#c&d=e", "[]"]
)
def test_an_unknown_code_is_refused_alone_and_together(check: Callable[..., None], known: list[str], code: str) -> None:
    for codes in ([code], [*known, code]):
        with pytest.raises(Refused, match="Invalid Designated Body Code: "):
            check(*codes)


def test_what_lists_cannot_ask_is_asked_singly(check: Callable[..., None], known: list[str], gateway: Gateway) -> None:
    with pytest.raises(Refused, match="Invalid Designated Body Code: true"):
        check(known[0], "true")
    assert gateway.statuses == [400, 200, 404]


def test_a_token_that_reference_refuses_refuses_the_code(check: Callable[..., None], known: list[str]) -> None:
    with pytest.raises(Refused):
        check(known[0], bearer="no.such.token")
