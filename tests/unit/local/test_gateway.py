"""The gateway over real sockets: what the function sees, what the client gets, and the limits of API Gateway."""

import json

import pytest

from tests.unit.local.conftest import Start

ECHO = """
import json
def app(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
"""


def test_target_is_decoded_for_path_and_query_and_kept_as_received(start: Start) -> None:
    event = json.loads(start(ECHO).ask("/a%20b/%C3%A9?q=x%26y&q=&z=a+b").body)
    assert event["path"] == "/a b/é"
    assert event["pathParameters"] == {"proxy": "a b/é"}
    assert event["multiValueQueryStringParameters"] == {"q": ["x&y", ""], "z": ["a b"]}
    assert event["queryStringParameters"] == {"q": "", "z": "a b"}
    assert event["requestContext"]["tisRawTarget"] == "/a%20b/%C3%A9?q=x%26y&q=&z=a+b"


def test_query_mark_without_a_query_is_kept(start: Start) -> None:
    assert json.loads(start(ECHO).ask("/a?").body)["requestContext"]["tisRawTarget"] == "/a?"


def test_absolute_target_is_taken_as_its_path(start: Start) -> None:
    event = json.loads(start(ECHO).ask("http://elsewhere.example/a?b=c").body)
    assert (event["path"], event["queryStringParameters"]) == ("/a", {"b": "c"})


def test_repeated_headers_stay_apart_under_their_first_spelling(start: Start) -> None:
    gateway = start(ECHO)
    answer = gateway.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-One: a\r\nx-one: b\r\nCookie: c=1\r\n\r\n")
    event = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert event["multiValueHeaders"] == {"Host": ["x"], "X-One": ["a", "b"], "Cookie": ["c=1"]}
    assert event["headers"]["X-One"] == "b"


def test_functions_own_address_loses_its_prefix_in_path_and_target(start: Start) -> None:
    gateway = start(ECHO, names=("strangler", "reference"))
    event = json.loads(gateway.ask("/_fn/reference/reference/api/sites?page=1").body)
    assert event["path"] == "/reference/api/sites"
    assert event["requestContext"]["tisRawTarget"] == "/reference/api/sites?page=1"
    assert gateway.ask("/_fn/nothing/x").status == 404


def test_text_body_is_text_and_any_other_is_base64(start: Start) -> None:
    gateway = start(ECHO)
    told = [json.loads(gateway.ask("/", "POST", body).body) for body in ("é€".encode(), b"\xff\x00")]
    assert [(event["body"], event["isBase64Encoded"]) for event in told] == [("é€", False), ("/wA=", True)]


def test_chunked_body_arrives_whole(start: Start) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert json.loads(start(ECHO).send(sent).partition(b"\r\n\r\n")[2])["body"] == "abcde"


def test_client_that_waits_to_be_told_may_send_its_body(start: Start) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"
    first, _, rest = start(ECHO).send(sent).partition(b"\r\n\r\n")
    assert first == b"HTTP/1.1 100 Continue"
    assert rest.startswith(b"HTTP/1.1 200 OK")


def test_pipelined_requests_are_answered_in_order(start: Start) -> None:
    code = """
import time
def app(event, context):
    time.sleep(0.2 if event["path"] == "/0" else 0)
    return {"statusCode": 200, "body": "<" + event["path"] + ">"}
"""
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(20))
    answers = start(code).send(sent)
    places = [answers.index(b"<%s>" % f"/{number}".encode()) for number in range(20)]
    assert places == sorted(places)


def test_head_has_the_headers_and_no_body(start: Start) -> None:
    answer = start(ECHO).send(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Type: application/json" in head
    assert body == b""


def test_upgrade_is_answered_as_if_it_had_not_been_asked_for(start: Start) -> None:
    sent = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert start(ECHO).send(sent).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("target", "headers", "size", "status"),
    [
        ("/" + "a" * 10_239, {}, 0, 200),
        ("/" + "a" * 10_240, {}, 0, 414),
        ("/", {"X": "a" * 10_300}, 0, 431),
        ("/", {"X": "a" * 200_000}, 0, 431),
        ("/", {}, 6 * 1024 * 1024 + 1, 413),
        ("/", {}, 10 * 1024 * 1024 + 1, 413),
    ],
)
def test_limits_of_api_gateway(start: Start, target: str, headers: dict[str, str], size: int, status: int) -> None:
    gateway = start('def app(event, context):\n    return {"statusCode": 200, "body": "ok"}\n')
    reply = gateway.ask(target, "POST" if size else "GET", b"a" * size or None, headers)
    assert reply.status == status
    assert status == 200 or "message" in json.loads(reply.body)
    assert gateway.ask("/").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET / nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(start: Start, sent: bytes) -> None:
    answer = start(ECHO).send(sent)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request")
    assert b"Connection: close" in answer


def test_binary_answer_and_repeated_headers_reach_the_client(start: Start) -> None:
    code = """
def app(event, context):
    return {"statusCode": 201, "headers": {"A": "1", "set-cookie": "gone"},
            "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": "/wA=", "isBase64Encoded": True}
"""
    reply = start(code).ask("/")
    assert (reply.status, reply.body) == (201, b"\xff\x00")
    assert reply.header("set-cookie") == ["a=1", "b=2"]
    assert reply.header("a") == ["1"]


@pytest.mark.parametrize(
    "result",
    [
        "'text'",
        "{'statusCode': 'x'}",
        "{'statusCode': 99}",
        "{'body': {}}",
        "{'headers': {'A': 'b\\r\\nC: d'}}",
        "{'headers': {'A': '€'}}",
        "{'headers': {'A:': 'b'}}",
        "{'body': 'a' * 7_000_000}",
        "{'isBase64Encoded': True, 'body': 'é'}",
        "object()",
    ],
)
def test_result_that_api_gateway_would_not_take_is_502(start: Start, result: str) -> None:
    gateway = start(f"def app(event, context):\n    return {result}\n")
    reply = gateway.ask("/")
    assert (reply.status, json.loads(reply.body)) == (502, {"message": "Internal server error"})
    assert gateway.said


def test_answer_without_a_content_type_is_json_and_an_empty_one_has_none(start: Start) -> None:
    code = 'def app(event, context):\n    return {"statusCode": 404, "body": event["path"][1:]}\n'
    gateway = start(code)
    assert gateway.ask("/x").header("content-type") == ["application/json"]
    assert gateway.ask("/").header("content-type") == []
