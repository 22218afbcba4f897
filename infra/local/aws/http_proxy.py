"""HTTP_PROXY integrations: a request goes on to another server as the API's document says, with no function run."""

import asyncio
import re
from collections.abc import Iterator, Mapping

from infra.local.aws.apis import Api, Call
from infra.local.gateway.answer import Answer, message
from infra.local.gateway.limits import BODY_LIMIT
from infra.local.gateway.request import Request
from infra.local.gateway.upstream import LargeAnswer, Unreachable, Upstreams

LONGEST, LONGEST_STREAM = 29.0, 900.0  # seconds
PLACEHOLDER = re.compile(r"\{([^}+]+)\+?\}")
INTO_PATH, INTO_HEADER, INTO_QUERY = (f"integration.request.{part}." for part in ("path", "header", "querystring"))
FROM_PATH, FROM_HEADER = "method.request.path.", "method.request.header."
UNSENT = frozenset({"host", "expect", "te", "proxy-connection"})


async def forward(upstreams: Upstreams, api: Api, call: Call, request: Request) -> Answer:
    """The other server's answer: as it comes where the integration says STREAM, else whole, 10 MB at most."""
    streamed = str(call.integration.get("responseTransferMode", "")).upper() == "STREAM"
    longest = LONGEST_STREAM if streamed else LONGEST
    seconds = min(longest, float(call.integration.get("timeoutInMillis", LONGEST * 1000)) / 1000)
    headers = list(sent_headers(call, request))
    method = str(call.integration.get("httpMethod") or "ANY").upper()
    try:
        async with asyncio.timeout(seconds):
            return await upstreams.send(
                request.method if method == "ANY" else method,
                target_of(api, call, request),
                headers,
                request.body,
                whole=None if streamed else BODY_LIMIT,
            )
    except TimeoutError:
        return message(504, "Endpoint request timed out")
    except Unreachable:
        return message(504, "Network error communicating with endpoint")
    except LargeAnswer:
        return message(502, "Internal server error")


def target_of(api: Api, call: Call, request: Request) -> str:
    """The URL that is asked: the document's, with what the resource's parameters hold, and the caller's query."""
    values = {
        name.removeprefix(INTO_PATH): value_of(source, call, request)
        for name, source in told_parameters(call)
        if name.startswith(INTO_PATH)
    }
    url = PLACEHOLDER.sub(
        lambda found: values.get(found[1], found[0]), api.with_variables(str(call.integration["uri"]))
    )
    own = [
        f"{name.removeprefix(INTO_QUERY)}={value_of(source, call, request)}"
        for name, source in told_parameters(call)
        if name.startswith(INTO_QUERY)
    ]
    query = "&".join(filter(None, (request.target.partition("?")[2], *own)))
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def told_parameters(call: Call) -> Iterator[tuple[str, str]]:
    """What the document says of the request to be made."""
    told: Mapping[str, str] = call.integration.get("requestParameters") or {}
    yield from told.items()


def value_of(source: str, call: Call, request: Request) -> str:
    """What a mapping's right side means: a constant in quotes, a parameter of the path, a header."""
    if source.startswith("'"):
        return source.strip("'")
    if source.startswith(FROM_PATH):
        return call.parameters.get(source.removeprefix(FROM_PATH), "")
    return request.header(source.removeprefix(FROM_HEADER).lower()) or ""


def sent_headers(call: Call, request: Request) -> Iterator[tuple[str, str]]:
    """The caller's headers, those that the document adds in their place, and who the caller is."""
    added = {
        name.removeprefix(INTO_HEADER): value_of(source, call, request)
        for name, source in told_parameters(call)
        if name.startswith(INTO_HEADER)
    }
    replaced = {name.lower() for name in added} | UNSENT | {"x-forwarded-for"}
    yield from ((name, value) for name, value in request.headers if name.lower() not in replaced)
    yield from added.items()
    before = request.header("x-forwarded-for")
    yield "X-Forwarded-For", f"{before}, {request.peer}" if before else request.peer
