"""Planned resources as the OpenAPI document that API Gateway imports. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from infra.routing.compiled.addresses import Addresses
from infra.routing.compiled.cells import GREEDY, METHODS, VARIABLE, Cell, Row
from infra.routing.compiled.matcher import ANY, INTEGRATION
from infra.routing.compiled.places import Path
from shared.route_items import Spec
from shared.stages import LEGACY
from shared.trie import split

BINARY_TYPES = "x-amazon-apigateway-binary-media-types"
PROXY = "proxy"  # what a greedy segment is called
LEAST_MILLISECONDS = 50  # that an integration can be given
STREAM_SECONDS = 300.0  # for an answer that is passed on as it comes: AWS allows 15 minutes
HOST: dict[str, Any] = {"name": "Host", "in": "header", "schema": {"type": "string"}}
IN_PATH: dict[str, Any] = {"in": "path", "required": True, "schema": {"type": "string"}}


def document_of(resources: Mapping[Path, Row], addresses: Addresses, names: Mapping[Path, str]) -> dict[str, Any]:
    """The document of an API; `names` are those of the variable segments, by their paths."""
    paths = {named(path, names): operations_of(path, row, addresses, names) for path, row in resources.items()}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"{addresses.prefix}-{addresses.stage}",
            "description": "The route table, compiled: who answers each call (docs/adr/0015).",
            "version": "1",
        },
        "paths": dict(sorted(paths.items())),
        BINARY_TYPES: ["*/*"],  # bodies come and go as bytes
    }


def operations_of(path: Path, row: Row, addresses: Addresses, names: Mapping[Path, str]) -> dict[str, Any]:
    """The operations of a resource: ANY for what most methods do, and the others by name."""
    usual = Counter(row).most_common(1)[0][0]
    told = [(ANY, "ANY", usual)]
    told += [(method.lower(), method, cell) for method, cell in zip(METHODS, row, strict=True) if cell != usual]
    return {key: operation_of(path, method, cell, addresses, names) for key, method, cell in told}


def operation_of(
    path: Path, method: str, cell: Cell, addresses: Addresses, names: Mapping[Path, str]
) -> dict[str, Any]:
    """One operation; the gateway passes headers, query and body on untouched."""
    variables = [variable_of(path[:end], names) for end in range(1, len(path) + 1) if path[end - 1][0] == "{"]
    parameters = [{**IN_PATH, "name": one} for one in variables]
    if cell.target == LEGACY:
        parameters.append(HOST)
        integration = to_old_servers(named(path, names), method, cell, addresses, variables)
    else:
        integration = {
            "type": "aws_proxy",
            "httpMethod": "POST",  # how a function is invoked, whatever the caller's method
            "uri": addresses.function(cell.target),
            "timeoutInMillis": milliseconds(cell.seconds),
        }
    responses = {"default": {"description": "As it is given."}}
    return {"parameters": parameters, "responses": responses, INTEGRATION: integration}


def to_old_servers(
    path: str, method: str, cell: Cell, addresses: Addresses, variables: Iterable[str]
) -> dict[str, Any]:
    """The integration that asks the old servers. They build links of X-Forwarded-Host: a caller's own is not believed."""
    mapped = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in variables}
    return {
        "type": "http_proxy",
        "httpMethod": method,
        **addresses.old_servers(path.replace("+}", "}") + "/" * cell.ends_in_slash),
        "requestParameters": {**mapped, "integration.request.header.X-Forwarded-Host": "method.request.header.Host"},
        "timeoutInMillis": milliseconds(STREAM_SECONDS if cell.streamed else cell.seconds),
        **({"responseTransferMode": "STREAM"} if cell.streamed else {}),
    }


def milliseconds(seconds: float) -> int:
    """A deadline as an integration has it."""
    return max(LEAST_MILLISECONDS, round(seconds * 1000))


def named(path: Path, names: Mapping[Path, str]) -> str:
    """A path as the document writes it."""
    parts = (part if part[0] != "{" else spelled(path[:end], names) for end, part in enumerate(path, 1))
    return f"/{'/'.join(parts)}"


def spelled(path: Path, names: Mapping[Path, str]) -> str:
    """The last segment of a path, which is variable, in braces."""
    return f"{{{variable_of(path, names)}{'+' if path[-1] == GREEDY else ''}}}"


def variable_of(path: Path, names: Mapping[Path, str]) -> str:
    """The name of the last segment of a path, which is variable."""
    return PROXY if path[-1] == GREEDY else names.get(path, f"segment{len(path)}")


def names_of(specs: Iterable[Spec]) -> dict[Path, str]:
    """The names of variable segments by their paths: as the first route calls them, no two on a path alike."""
    names: dict[Path, str] = {}
    for spec in specs:
        for route in spec["routes"]:
            path: Path = ()
            for segment in split(route.partition(" ")[2]):
                path = (*path, VARIABLE if segment.startswith("{") else segment)
                taken = {PROXY, *(names.get(path[:end]) for end in range(1, len(path)))}
                if path[-1] == VARIABLE:
                    name = segment.strip("{}")
                    names.setdefault(path, f"{name}{len(path)}" if name in taken else name)
    return names
