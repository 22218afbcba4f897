"""Bodies that cannot be read, sent to every endpoint that reads one: a 4xx that says why, and nothing else."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.http.endpoint import Endpoint
from tests.events import event
from tests.integration.caller import (
    FOUR_BYTES,
    Caller,
    fields_of,
    is_list,
    nested_of,
    of_shape,
    refused,
    send,
    target_of,
)

DEEP, BIG = 100_000, 10 * 1024 * 1024
NARROW = ("uuid", "status", "patch", "type")  # texts that hold no more than some values
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


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(call_often: Caller, name: str) -> None:
    assert not refused(
        (send(call_often, endpoint, UNREADABLE[name]) for endpoint in call_often.catalogue.with_json), 400
    )


def test_an_object_for_an_array_and_the_reverse(call_often: Caller) -> None:
    bodies: Iterator[tuple[Endpoint, Any]] = (
        (one, {} if is_list(one) else []) for one in call_often.catalogue.with_json
    )
    assert not refused((send(call_often, one, body) for one, body in bodies), 400)


@pytest.mark.parametrize("element", [None, 7, "a", [], [[]]], ids=repr)
def test_rows_of_another_kind(call_often: Caller, element: Any) -> None:
    lists = [one for one in call_often.catalogue.with_json if is_list(one) and fields_of(one)]
    assert lists
    assert not refused((send(call_often, one, [element]) for one in lists), 400)


@pytest.mark.parametrize("value", [[[]], [{}], [[[[[]]]]]], ids=repr)
def test_an_array_in_every_field(call_often: Caller, value: Any) -> None:
    sent = (
        send(call_often, one, of_shape(one, {name: value}))
        for one in call_often.catalogue.with_json
        for name in fields_of(one)
    )
    assert not refused(sent, 400)


def test_an_object_in_every_plain_field(call_often: Caller) -> None:
    pairs = (
        (one, name) for one in call_often.catalogue.with_json for name in set(fields_of(one)) - set(nested_of(one))
    )
    assert not refused((send(call_often, one, of_shape(one, {name: {"a": {}}})) for one, name in pairs), 400)


@pytest.mark.parametrize("value", [FOUR_BYTES, "\ud800", "a\udfff", FOUR_BYTES * 1000], ids=ascii)
def test_a_character_beyond_three_bytes_in_every_text(call_often: Caller, value: str) -> None:
    pairs = [(one, name) for one in call_often.catalogue.with_json for name in fields_of(one, str)]
    assert pairs
    assert not refused((send(call_often, one, of_shape(one, {name: value})) for one, name in pairs), 400)


@pytest.mark.parametrize(
    "value", ["1e999", "-1e999", str(10**30), f'"{"9" * 30}"', str(2**63), f'"{2**63}"', '"x"', "true", "[1]"]
)
def test_a_number_out_of_range_in_every_number(call_often: Caller, value: str) -> None:
    pairs = [(one, name) for one in call_often.catalogue.with_json for name in fields_of(one, int)]
    assert pairs
    for_lists = ((one, f'[{{"{name}":{value}}}]' if is_list(one) else f'{{"{name}":{value}}}') for one, name in pairs)
    assert not refused((send(call_often, one, body) for one, body in for_lists), 400)


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_another_media_type(call_often: Caller, media_type: str) -> None:
    sent = (send(call_often, one, of_shape(one, {}), Content_Type=media_type) for one in call_often.catalogue.with_json)
    assert not refused(sent, 415)


def test_base64_that_is_not_utf8(call_often: Caller) -> None:
    token = call_often.token_for(call_often.standing_user)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    for endpoint in (*call_often.catalogue.with_json, *call_often.catalogue.with_text):
        for content in (b"\xff\xfe", b'{"code":"\xe9"}', b"\xed\xa0\x80"):
            sent = event(endpoint.method, target_of(endpoint), headers, base64.b64encode(content).decode())
            result = call_often.service({**sent, "isBase64Encoded": True}, None)
            assert result["statusCode"] == 400, endpoint.template
            assert "UTF-8" in json.loads(result["body"])["description"]


@pytest.mark.parametrize("value", ["", " ", "\0", "\x01\x1f\x7f", "\u200b", "\ufffd"], ids=ascii)
def test_odd_but_storable_texts_everywhere_are_never_a_crash(call_often: Caller, value: str) -> None:
    for endpoint in call_often.catalogue.with_json:
        plain = {name: value for name in fields_of(endpoint, str) if name not in NARROW}
        _, answer = send(call_often, endpoint, of_shape(endpoint, plain))
        assert answer.status in (200, 201, 400, 409), (endpoint.template, answer)


def test_empty_strings_everywhere_are_never_a_crash(call_often: Caller) -> None:
    for endpoint in call_often.catalogue.with_json:
        _, answer = send(call_often, endpoint, of_shape(endpoint, dict.fromkeys(fields_of(endpoint), "")))
        if not endpoint.template.endswith("/register"):  # an empty GMC number is one
            assert not refused([(endpoint.template, answer)], 400)


def test_a_patch_that_is_too_deep(call_often: Caller) -> None:
    answer = call_often("POST", f"{call_often.api}/jsonPatches", {"tableDtoName": "a", "patch": "[" * DEEP})
    assert not refused([("patch", answer)], 400)


@pytest.mark.parametrize("patch", ["NaN", "[Infinity]"])
def test_a_patch_that_only_python_takes_for_json(call_often: Caller, patch: str) -> None:
    answer = call_often("POST", f"{call_often.api}/jsonPatches", {"tableDtoName": "a", "patch": patch})
    assert not refused([(patch, answer)], 400)
