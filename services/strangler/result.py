"""API Gateway's result: an upstream's answer to the byte, or a refusal of our own."""

import json
from base64 import b64encode
from http import HTTPStatus
from typing import Any

from services.strangler.forward import given_back
from services.strangler.problems import TOO_LARGE_TO_GIVE, Refusal, problem
from shared.calling.wire import PAYLOAD_LIMIT, Answer

LARGE = 1024 * 1024  # bytes of a body from which on it matters how long it becomes in JSON
HEAD_ROOM = 16 * 1024  # bytes of the result that are not the body's

Result = dict[str, Any]


def result_of(answer: Answer, method: str) -> Result:
    """An upstream's answer; Refusal where it is more than a function can give."""
    text, coded = text_of(answer.body) if len(answer.body) < LARGE else shortest(answer.body)
    return {
        "statusCode": answer.status,
        "multiValueHeaders": given_back(answer, method),
        "body": text,
        "isBase64Encoded": coded,
    }


def text_of(body: bytes) -> tuple[str, bool]:
    """A body for the result, and whether it is in base64: what is UTF-8 goes as text, which keeps every byte."""
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return b64encode(body).decode(), True


def shortest(body: bytes) -> tuple[str, bool]:
    """A large body as text or in base64, whichever is shorter in JSON, where every quote is escaped."""
    text, coded = text_of(body)
    length = len(text) if coded else len(json.dumps(text))
    if not coded and length > len(body) * 4 / 3:
        text, coded = b64encode(body).decode(), True
        length = len(text)
    if length > PAYLOAD_LIMIT - HEAD_ROOM:
        raise Refusal(HTTPStatus.BAD_GATEWAY, TOO_LARGE_TO_GIVE)
    return text, coded


def refused_result(refusal: Refusal, method: str, route: str, correlation_id: str) -> Result:
    """A refusal as a problem document."""
    headers, body = problem(refusal, route, correlation_id)
    return {
        "statusCode": int(refusal.status),
        "multiValueHeaders": headers,
        "body": "" if method == "HEAD" else body,
        "isBase64Encoded": False,
    }
