"""The OpenAPI 3.1 document of a service, made from its endpoints: every status that can occur is declared."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from shared.db import Work
from shared.http.binding import PathUuid, RawText, camel
from shared.http.endpoint import IDENTITY, Endpoint
from shared.http.reply import JSON, Reply
from shared.http.request import Request
from shared.paging import MAX_SIZE, PageRequest
from shared.principals import Principal

REFERENCES = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
PATH_TYPES: dict[Any, dict[str, Any]] = {
    int: {"type": "integer", "format": "int64"},
    bool: {"enum": ["true", "false", "yes", "no", "on", "off", "1", "0"]},
    PathUuid: {"type": "string", "format": "uuid"},
}
PAGING = (
    ("page", {"type": "integer", "minimum": 0, "default": 0}, "From 0; what is not a number counts as 0."),
    ("size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": 20}, "Rows on a page."),
    ("sort", {"type": "array", "items": {"type": "string"}}, "`property[,asc|desc]`, repeatable."),
)
ERROR_SCHEMA = {
    "description": "What is wrong: a code or a sentence, and the fields at fault; some refusals are told by headers alone.",
    "anyOf": [
        {"type": "object", "required": ["message"]},
        {"type": "array"},
        {"type": "object", "required": ["status"]},
    ],
}


def document(title: str, version: str, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The document as JSON-ready data, paths in alphabetical order."""
    schemas: dict[str, Any] = {"Error": ERROR_SCHEMA}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in sorted(endpoints, key=lambda one: (one.template, one.method)):
        paths.setdefault(endpoint.template, {})[endpoint.method.lower()] = operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    """One method of one path."""
    described: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method.lower()}{endpoint.template}").strip("_"),
        "summary": (endpoint.view.__doc__ or endpoint.view.__name__.replace("_", " ")).strip().splitlines()[0],
        "description": f"Asks for: {endpoint.allow}. Served by `{endpoint.source.partition(':')[0]}`.",
        "parameters": list(parameters(endpoint)),
        "responses": responses(endpoint, schemas),
    }
    if "body" in endpoint.hints:
        described["requestBody"] = {"required": True, "content": body_content(endpoint.hints["body"], schemas)}
    if endpoint.allow.needs_token:
        described["security"] = [{"bearer": []}]
    return described


def parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    """The parameters of path and query."""
    names = re.findall(r"\{(\w+)\}", endpoint.template)
    for name in names:
        schema = PATH_TYPES.get(endpoint.hints.get(name), {"type": "string", "minLength": 1})
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, hint in endpoint.hints.items():
        if hint is PageRequest:
            for word, schema, about in PAGING:
                yield {"name": word, "in": "query", "required": False, "description": about, "schema": schema}
        elif name not in (*names, "body", IDENTITY) and hint not in (Work, Principal, Request):
            schema = query_schema(hint)
            required = type(None) not in get_args(hint)
            yield {"name": camel(name), "in": "query", "required": required, "schema": schema}


def query_schema(hint: Any) -> dict[str, Any]:
    """The type of a query parameter."""
    if getattr(hint, "__origin__", None) is list:
        return {"type": "array", "items": {"type": "string"}}
    return PATH_TYPES[bool] if bool in get_args(hint) else {"type": "string"}


def body_content(hint: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """What a request carries."""
    if hint is RawText:
        return {"text/plain": {"schema": {"type": "string", "minLength": 1}}}
    return {JSON: {"schema": schema_of(hint, "validation", schemas)}}


def responses(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    """Every status that can occur, with what comes with it."""
    error = {"content": {JSON: {"schema": {"$ref": REFERENCES.format(model="Error")}}}}
    found: dict[int, dict[str, Any]] = dict.fromkeys(refusals(endpoint), error)
    found[HTTPStatus.NOT_ACCEPTABLE] = {}
    found[HTTPStatus.SERVICE_UNAVAILABLE] = {"content": {PROBLEM: {"schema": {"type": "object"}}}}
    for status in endpoint.statuses:
        if status >= HTTPStatus.BAD_REQUEST:
            found[status] = error
            continue
        with_body = endpoint.gives is not Reply and status != HTTPStatus.NO_CONTENT
        schema = schema_of(endpoint.gives, "serialization", schemas) if with_body else None
        found[status] = {"content": {JSON: {"schema": schema}}} if schema else {}
    return {
        str(int(status)): {"description": HTTPStatus(status).phrase, **answer}
        for status, answer in sorted(found.items())
    }


def refusals(endpoint: Endpoint) -> Iterable[HTTPStatus]:
    """The statuses of refusals, by what the endpoint reads and asks for."""
    yield HTTPStatus.BAD_REQUEST
    if endpoint.allow.needs_token:
        yield HTTPStatus.UNAUTHORIZED
    if endpoint.allow.needs_principal:
        yield HTTPStatus.FORBIDDEN
    if "{" in endpoint.template:
        yield HTTPStatus.NOT_FOUND
    if endpoint.hints.get("body", RawText) is not RawText:
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if endpoint.method != "GET" or "{" in endpoint.template:
        yield HTTPStatus.CONFLICT


def schema_of(hint: Any, mode: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """A type's JSON schema; the models in it go to `schemas`, where the two modes of a model are told apart."""
    schema = TypeAdapter(hint).json_schema(mode=mode, ref_template=REFERENCES, schema_generator=GenerateJsonSchema)
    suffix = "" if mode == "serialization" else "Sent"
    definitions = schema.pop("$defs", {})
    if "title" in schema and schema.get("type") == "object" and "properties" in schema:
        definitions[schema["title"]] = schema
        schema = {"$ref": REFERENCES.format(model=schema["title"])}
    renamed = {name: re.sub(r"\W+", "_", name) + suffix for name in definitions}
    for name, definition in definitions.items():
        schemas[renamed[name]] = rename(definition, renamed)
    found: dict[str, Any] = rename(schema, renamed)
    return found


def rename(node: Any, names: dict[str, str]) -> Any:
    """A schema with its references to models by their new names."""
    if isinstance(node, dict):
        return {
            key: REFERENCES.format(model=names[value.rpartition("/")[2]]) if key == "$ref" else rename(value, names)
            for key, value in node.items()
        }
    return [rename(item, names) for item in node] if isinstance(node, list) else node
