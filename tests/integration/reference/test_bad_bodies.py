"""Texts and lists to be looked up, and bodies whose size alone is odd."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.caller import send
from tests.integration.reference.caller import (
    FOUR_BYTES,
    WITH_TEXT,
    Caller,
    refused,
)

BIG = 10 * 1024 * 1024  # bytes


@pytest.mark.parametrize("body", ["", FOUR_BYTES, "a\ud800"], ids=ascii)
def test_texts_that_cannot_be_looked_up(call_often: Caller, body: str) -> None:
    assert not refused((send(call_often, one, body) for one in WITH_TEXT), 400)


@pytest.mark.parametrize(
    "body", ["\0", "\x01\x02", " ", "%", "%zz", "%00", "'; DROP TABLE Site; --", '"a"', "%F0%9F%98%80"], ids=ascii
)
def test_odd_texts_are_looked_up(call_often: Caller, body: str) -> None:
    answers = [send(call_often, one, body)[1] for one in WITH_TEXT]
    assert {answer.status for answer in answers} <= {200, 204}
    assert {answer.body for answer in answers} <= {"true", "false", ""}


@pytest.mark.parametrize("body", ["a" * BIG, "é" * (BIG // 2), "%" * BIG], ids=["ASCII", "é", "percent"])
def test_10_mb_of_text_are_looked_up(call_often: Caller, body: str) -> None:
    for endpoint in WITH_TEXT[:3]:
        _, answer = send(call_often, endpoint, body)
        assert (answer.status, answer.body) == (200, "false")


def test_a_value_of_10_mb(call_often: Caller) -> None:
    for path in ("genders", "sites", "trusts", "grades"):
        name = {"sites": "siteName", "trusts": "trustName", "grades": "name"}.get(path, "label")
        row = {"code": "a", "trustCode": trust_code(call_often), name: "x" * BIG}
        answer = call_often("POST", f"/reference/api/{path}", row)
        assert not refused([(path, answer)], 400)


def trust_code(call: Caller) -> str:
    """The code of a current trust."""
    codes: Iterator[str] = (row["code"] for row in call.rows("trusts") if row["status"] == "CURRENT" and row["code"])
    return next(codes)


LISTS = ("grades/exists/", "sites/exists", "trusts/ids/exists/", "roles/exists/", "roles/matches/")


@pytest.mark.parametrize("path", LISTS)
def test_long_lists_are_looked_up(call_often: Caller, path: str) -> None:
    answer = call_often("POST", f"/reference/api/{path}", [str(number) for number in range(300_000)])
    assert answer.status == 200
    assert len(answer.json) == 300_000


MEMORY = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from services.reference.lookups import LOOKUPS
from shared.errors import BadRequest
from shared.http.binding import Call, binder_of
from shared.http.request import Request
from services.reference.app import app
endpoint = next(one for one in app.endpoints if one.template.endswith("/bulk-genders"))
event = {"httpMethod": "POST", "headers": {"content-type": "application/json"}, "body": "[" + "1," * 5_000_000 + "1]"}
try:
    endpoint.bind(Call(Request(event)))
except BadRequest as error:
    print(error)
"""


def test_a_list_of_nothing_but_faults_costs_no_more_than_its_size() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("0: ")


GATEWAY_HEADERS = 10_240  # bytes that API Gateway passes on, names and values together


@pytest.mark.parametrize(
    ("method", "row"), [("PUT", {"code": "a", "label": "b"}), ("POST", {"id": 123456, "code": "a"})]
)
def test_headers_fit_through_the_gateway(call_often: Caller, method: str, row: Any) -> None:
    answer = call_often(method, "/reference/api/bulk-genders", [row] * 5000)
    assert answer.status == 400
    assert sum(len(name) + len(value) for name, value in answer.headers.items()) < GATEWAY_HEADERS
