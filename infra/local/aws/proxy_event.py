"""The event that a deployed API makes of a request for its function, and what it makes of the function's result."""

import base64
import time
from collections.abc import Mapping
from typing import Any

import orjson

from infra.local.aws.apis import Api, Call
from infra.local.gateway.answer import Answer, Malformed, answer_of
from infra.local.gateway.request import Event, Request, event_of


def proxy_event(api: Api, found: Call, request: Request, authorized: Mapping[str, Any] | None) -> Event:
    """API Gateway's event for a Lambda proxy; a body is in base64 where the API takes its type for bytes."""
    event, facts = event_of(request), api.facts
    context = event["requestContext"]
    context |= {
        "resourcePath": found.resource,
        "path": f"/{facts.stage}{event['path']}",
        "stage": facts.stage,
        "apiId": facts.id,
        "accountId": facts.account,
        "domainName": request.header("host") or "",
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
    }
    if authorized is not None:
        context["authorizer"] = dict(authorized)
    body, encoded = body_of(api, request)
    return event | {
        "resource": found.resource,
        "pathParameters": found.decoded or None,
        "stageVariables": dict(facts.variables) or None,
        "body": body,
        "isBase64Encoded": encoded,
    }


def body_of(api: Api, request: Request) -> tuple[str | None, bool]:
    """A body for the event, and whether it is in base64; bytes of a type that is taken for text are spoilt."""
    if not request.body:
        return None, False
    if api.is_binary(request.header("content-type") or ""):
        return base64.b64encode(request.body).decode(), True
    return request.body.decode(errors="replace"), False


def proxy_answer(api: Api, request: Request, result: bytes) -> Answer:
    """A function's result as an answer. Raises Malformed.

    What is in base64 is decoded only where the caller's first accepted type is one that the API takes for bytes.
    """
    try:
        told = orjson.loads(result)
    except ValueError as error:
        raise Malformed("the result is not JSON") from error
    if isinstance(told, dict) and told.get("isBase64Encoded"):
        first = (request.header("accept") or "").partition(",")[0]
        told["isBase64Encoded"] = api.is_binary(first)
    return answer_of(told)
