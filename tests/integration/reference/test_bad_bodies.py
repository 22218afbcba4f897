"""Bodies that cannot be read, sent to every endpoint that reads one: a 4xx that says why, and nothing else."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from shared.http.endpoint import Endpoint
from tests.events import Answer, event
from tests.integration.reference.caller import (
    FOUR_BYTES,
    WITH_JSON,
    WITH_TEXT,
    Caller,
    fields_of,
    is_list,
    nested_of,
    refused,
    target_of,
)

DEEP, BIG = 100_000, 10 * 1024 * 1024
UNREADABLE = {
    "nothing": "",
    "blanks": "  \n",
    "not JSON": "<xml/>",
    "broken": '{"code":"a"',
    "single quotes": "{'code':'a'}",
    "bare words": "{code:a}",
    "null": "null",
    "NaN": "NaN",
    "a number": "7",
    "a text": '"a"',
    "a flag": "true",
    "NUL": "\0",
    "deep arrays": "[" * DEEP,
    "deep objects": '{"id":' * DEEP,
    "deep and closed": "[" * DEEP + "]" * DEEP,
    "many digits": "9" * 5000,
    "10 MB of blanks": " " * BIG,
    "10 MB of text": '"' + "a" * BIG,
}


def send(call: Caller, endpoint: Endpoint, body: Any, **headers: str) -> tuple[str, Answer]:
    text = body if isinstance(body, str) else json.dumps(body)
    shown = f"{endpoint.method} {endpoint.template} {text[:80]!r}"
    return shown, call(endpoint.method, target_of(endpoint), text, **headers)


def of_shape(endpoint: Endpoint, row: Any) -> Any:
    return [row] if is_list(endpoint) else row


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(call_often: Caller, name: str) -> None:
    assert not refused((send(call_often, endpoint, UNREADABLE[name]) for endpoint in WITH_JSON), 400)


def test_an_object_for_an_array_and_the_reverse(call_often: Caller) -> None:
    bodies: Iterator[tuple[Endpoint, Any]] = ((one, {} if is_list(one) else []) for one in WITH_JSON)
    assert not refused((send(call_often, one, body) for one, body in bodies), 400)


@pytest.mark.parametrize("element", [None, 7, "a", [], [[]]], ids=repr)
def test_rows_of_another_kind(call_often: Caller, element: Any) -> None:
    lists = [one for one in WITH_JSON if is_list(one) and fields_of(one)]
    assert len(lists) > 60
    assert not refused((send(call_often, one, [element]) for one in lists), 400)


@pytest.mark.parametrize("value", [[[]], [{}], [[[[[]]]]]], ids=repr)
def test_an_array_in_every_field(call_often: Caller, value: Any) -> None:
    sent = (send(call_often, one, of_shape(one, {name: value})) for one in WITH_JSON for name in fields_of(one))
    assert not refused(sent, 400)


def test_an_object_in_every_plain_field(call_often: Caller) -> None:
    pairs = ((one, name) for one in WITH_JSON for name in set(fields_of(one)) - set(nested_of(one)))
    assert not refused((send(call_often, one, of_shape(one, {name: {"a": {}}})) for one, name in pairs), 400)


@pytest.mark.parametrize("value", [FOUR_BYTES, "\ud800", "a\udfff", FOUR_BYTES * 1000], ids=ascii)
def test_a_character_beyond_three_bytes_in_every_text(call_often: Caller, value: str) -> None:
    pairs = [(one, name) for one in WITH_JSON for name in fields_of(one, str)]
    assert len(pairs) > 300
    assert not refused((send(call_often, one, of_shape(one, {name: value})) for one, name in pairs), 400)


@pytest.mark.parametrize(
    "value", ["1e999", "-1e999", str(10**30), f'"{"9" * 30}"', str(2**63), f'"{2**63}"', '"x"', "true", "[1]"]
)
def test_a_number_out_of_range_in_every_number(call_often: Caller, value: str) -> None:
    pairs = [(one, name) for one in WITH_JSON for name in fields_of(one, int)]
    assert len(pairs) > 100
    for_lists = ((one, f'[{{"{name}":{value}}}]' if is_list(one) else f'{{"{name}":{value}}}') for one, name in pairs)
    assert not refused((send(call_often, one, body) for one, body in for_lists), 400)


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_another_media_type(call_often: Caller, media_type: str) -> None:
    sent = (send(call_often, one, of_shape(one, {}), Content_Type=media_type) for one in WITH_JSON)
    assert not refused(sent, 415)


def test_base64_that_is_not_utf8(call_often: Caller) -> None:
    token = call_often.token_for("planner")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    for endpoint in (*WITH_JSON, *WITH_TEXT):
        for content in (b"\xff\xfe", b'{"code":"\xe9"}', b"\xed\xa0\x80"):
            sent = event(endpoint.method, target_of(endpoint), headers, base64.b64encode(content).decode())
            result = call_often.service({**sent, "isBase64Encoded": True}, None)
            assert result["statusCode"] == 400, endpoint.template
            assert "UTF-8" in json.loads(result["body"])["description"]


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


@pytest.mark.parametrize("value", ["", " ", "\0", "\x01\x1f\x7f", "\u200b", "\ufffd"], ids=ascii)
def test_odd_but_storable_texts_everywhere_are_never_a_crash(call: Caller, value: str) -> None:
    for endpoint in WITH_JSON:
        plain = {name: value for name in fields_of(endpoint, str) if name not in ("uuid", "status", "patch")}
        _, answer = send(call, endpoint, of_shape(endpoint, plain))
        assert answer.status in (200, 201, 400, 409), (endpoint.template, answer)


def test_empty_strings_everywhere_are_never_a_crash(call: Caller) -> None:
    for endpoint in WITH_JSON:
        _, answer = send(call, endpoint, of_shape(endpoint, dict.fromkeys(fields_of(endpoint), "")))
        assert not refused([(endpoint.template, answer)], 400), endpoint.template


def test_a_patch_that_is_too_deep(call_often: Caller) -> None:
    answer = call_often("POST", "/reference/api/jsonPatches", {"tableDtoName": "a", "patch": "[" * DEEP})
    assert not refused([("patch", answer)], 400)


@pytest.mark.parametrize("patch", ["NaN", "[Infinity]"])
def test_a_patch_that_only_python_takes_for_json(call: Caller, patch: str) -> None:
    answer = call("POST", "/reference/api/jsonPatches", {"tableDtoName": "a", "patch": patch})
    assert not refused([(patch, answer)], 400)


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
