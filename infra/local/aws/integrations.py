"""What an API does with a request that it lets in: a function, another server, or an answer of its own."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from infra.local.aws.apis import Api, Call
from infra.local.aws.authorizers import FUNCTION_ARN
from infra.local.aws.functions import Functions
from infra.local.aws.http_proxy import forward
from infra.local.aws.proxy_event import proxy_answer, proxy_event
from infra.local.gateway.answer import Answer, message
from infra.local.gateway.request import Request
from infra.local.gateway.upstream import Upstreams

STATUS_IN_TEMPLATE = re.compile(r'"?statusCode"?\s*:\s*"?(\d{3})')
LONGEST = 29.0  # seconds
HEADER = "method.response.header."


class Integrations:
    """The three kinds that our APIs use."""

    def __init__(self, functions: Functions, upstreams: Upstreams) -> None:
        self._functions, self._upstreams = functions, upstreams

    async def answer(
        self, api: Api, call: Call, request: Request, authorized: Mapping[str, Any] | None, *, inner: bool
    ) -> Answer:
        """The answer of a call's integration. Raises what the function's pool, or a malformed result, raises."""
        kind = str(call.integration["type"]).lower()
        if kind == "mock":
            return mocked(call.integration)
        if kind == "http_proxy":
            return await forward(self._upstreams, api, call, request)
        if kind != "aws_proxy":
            return message(500, f"Integrations of kind {kind!r} are not done by the local AWS.")
        found = FUNCTION_ARN.search(api.with_variables(str(call.integration["uri"])))
        event = orjson.dumps(proxy_event(api, call, request, authorized))
        seconds = min(LONGEST, float(call.integration.get("timeoutInMillis", LONGEST * 1000)) / 1000)
        arn = found[1] if found else str(call.integration["uri"])
        return proxy_answer(api, request, await self._functions.invoke(arn, event, inner=inner, seconds=seconds))


def mocked(integration: Mapping[str, Any]) -> Answer:
    """The answer of an integration that asks nobody, as Chalice's for CORS."""
    template = next(iter((integration.get("requestTemplates") or {}).values()), "")
    found = STATUS_IN_TEMPLATE.search(template)
    status = found[1] if found else "200"
    responses = integration.get("responses", {})
    told = next(
        (one for pattern, one in responses.items() if pattern != "default" and re.fullmatch(pattern, status)), None
    )
    told = told or responses.get("default") or {}
    headers = [
        (name.removeprefix(HEADER), str(value).strip("'"))
        for name, value in (told.get("responseParameters") or {}).items()
        if name.startswith(HEADER)
    ]
    body = next(iter((told.get("responseTemplates") or {}).values()), "") or ""
    if all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Answer(int(told.get("statusCode") or status), headers, str(body).encode())
