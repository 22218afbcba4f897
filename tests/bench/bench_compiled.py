"""Every route of the old servers, called through the compiled table as the local AWS serves it: how many functions run."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from infra.local.aws.apis import Api
from infra.local.aws.facts import ApiFacts
from infra.local.aws.integrations import Integrations
from infra.local.gateway.request import Request
from infra.local.gateway.upstream import Upstreams
from infra.routing import read_files
from infra.routing.compiled import Addresses, compile_document
from tests.bench.measure import Line, line
from tests.legacy.running import running

ACCOUNT, REGION, STAGE = "000000000000", "eu-west-2", "local"
BATCH = 200  # calls; the stand-in remembers a few more
SPECS = read_files()


class CountedFunctions:
    """In the place of all functions: counts what is run."""

    def __init__(self) -> None:
        self.run = 0

    async def invoke(self, _arn: str, _event: bytes, **_how: Any) -> bytes:
        """Answer as a function would."""
        self.run += 1
        return json.dumps({"statusCode": 200, "body": ""}).encode()


def bench_functions_run() -> Line:
    """Functions run while the old servers answer one call of each route; none may be."""
    with running() as old:
        addresses = Addresses(STAGE, account=ACCOUNT, region=REGION, legacy_url=old.url)
        document = compile_document(SPECS.values(), addresses, all_legacy=True)
        ours, answered = CountedFunctions(), 0
        calls = list(calls_of_routes())
        for start in range(0, len(calls), BATCH):
            old.forget_requests()
            asyncio.run(call_all(document, ours, calls[start : start + BATCH]))
            answered += len(old.requests())
    if answered != len(calls):
        raise RuntimeError(f"of {len(calls)} calls, the old servers got {answered}")
    theirs = CountedFunctions()
    asyncio.run(call_all(interpreted(addresses), theirs, calls))
    found = line("compiled.functions_run", ours.run, f"functions for {len(calls)} legacy calls", at_most=0)
    return {**found, "peer": f"the strangler before every call: {theirs.run}"}


def interpreted(addresses: Addresses) -> dict[str, Any]:
    """The API without a compiled table: the strangler has every call."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": addresses.function("strangler")}
    operation = {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": integration}}
    return {"paths": {"/": operation, "/{proxy+}": operation}}


def calls_of_routes() -> Iterator[tuple[str, str]]:
    """Method and path of a call of each route; of none is it known what it holds."""
    for spec in SPECS.values():
        for route in spec["routes"]:
            method, _, template = route.partition(" ")
            if method != "TOKEN":
                yield method, re.sub(r"\{\w+\}", "1", template)


async def call_all(document: Mapping[str, Any], functions: CountedFunctions, calls: list[tuple[str, str]]) -> None:
    """Make the calls one after the other, and read the answers to their ends."""
    api = Api(ApiFacts("bench", "tis-bench", STAGE, REGION, ACCOUNT, document, {}))
    upstreams = Upstreams()
    integrations = Integrations(cast("Any", functions), upstreams)
    try:
        for method, path in calls:
            call = api.find(method, path)
            if call is None:
                raise RuntimeError(f"the API has no resource for {method} {path}")
            request = Request(method, path, [("host", "tis.example")], peer="127.0.0.1")
            answer = await integrations.answer(api, call, request, None, inner=False)
            if answer.stream is not None:
                async for _ in answer.stream:
                    pass
    finally:
        upstreams.close()


if __name__ == "__main__":
    print(json.dumps(bench_functions_run()), flush=True)  # noqa: T201 - its result
