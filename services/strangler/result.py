"""API Gateway's result: an upstream's answer to the byte, or a refusal of our own."""

import json
from base64 import b64encode
from http import HTTPStatus
from typing import Any

from services.strangler.forward import given_back
from services.strangler.limits import PAYLOAD_LIMIT
from services.strangler.problems import TOO_LARGE_TO_GIVE, Refusal, problem
from services.strangler.wire import Answer

LARGE = 1024 * 1024  # bytes of a body above which it is worth knowing how long it becomes in JSON

Result = dict[str, Any]


def result_of(answer: Answer, method: str) -> Result:
    """An upstream's answer. Whatever is UTF-8 goes as text, which keeps every byte; anything else in base64."""
    coded = False
    try:
        text = answer.body.decode()
        if len(answer.body) > LARGE:
            text, coded = shorter(text, answer.body)
    except UnicodeDecodeError:
        text, coded = b64encode(answer.body).decode(), True
    if len(text) > PAYLOAD_LIMIT:
        raise Refusal(HTTPStatus.BAD_GATEWAY, TOO_LARGE_TO_GIVE)
    return {
        "statusCode": answer.status,
        "multiValueHeaders": given_back(answer, method),
        "body": text,
        "isBase64Encoded": coded,
    }


def shorter(text: str, body: bytes) -> tuple[str, bool]:
    """A large body in the form that is shorter in JSON: text, where every quote is escaped, or base64."""
    if len(json.dumps(text)) <= len(body) * 4 / 3:
        return text, False
    return b64encode(body).decode(), True


def refused_result(refusal: Refusal, method: str, route: str, correlation_id: str) -> Result:
    """A refusal as a problem document."""
    headers, body = problem(refusal, route, correlation_id)
    return {
        "statusCode": int(refusal.status),
        "multiValueHeaders": headers,
        "body": "" if method == "HEAD" else body,
        "isBase64Encoded": False,
    }
