"""Calls of a function as API Gateway makes them, for tests that need no server."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

Function = Callable[[Mapping[str, Any], Any], Mapping[str, Any]]


class Answer(NamedTuple):
    """What a function answered; header names in lower case, repeated ones joined with a comma."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def event(method: str, target: str, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
    """A proxy event of API Gateway's REST API, with the raw target that our gateways add."""
    path, _, query = target.partition("?")
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {
        "resource": "/{proxy+}",
        "path": unquote(path, errors="replace"),
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: held[-1] for name, held in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": {"proxy": path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {"requestId": "test", "tisRawTarget": target, "identity": {"sourceIp": "127.0.0.1"}},
        "body": body,
        "isBase64Encoded": False,
    }


def ask(
    function: Function, method: str, target: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> Answer:
    """Call a function and give its answer."""
    result = function(event(method, target, headers or {}, body), None)
    several = {name.lower(): ",".join(values) for name, values in result["multiValueHeaders"].items()}
    return Answer(result["statusCode"], several, result["body"])
