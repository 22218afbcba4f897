"""The generated OpenAPI 3.1 document of each service, and the running service held to it by schemathesis."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.local.gateway.request import Request, event_of
from services.profile.app import app as profile
from services.reference.app import app as reference
from shared.http.endpoint import Endpoint
from shared.http.service import Service
from shared.openapi import document
from shared.principals import PUBLIC, Authority, Permission, Policy, Principal
from tests.identity import Issuer

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6  # for each operation, once with good data and once with bad
SERVICES = {"reference": reference, "profile": profile}
DOCUMENTS = {name: document(name, "1.0.0", app.endpoints) for name, app in SERVICES.items()}
OPERATIONS = [
    (name, path, method, one)
    for name, made in DOCUMENTS.items()
    for path, item in made["paths"].items()
    for method, one in item.items()
]
AT_LEAST = {"reference": 334, "profile": 32}
WITHOUT_TOKEN = {"/reference/actuator/health", "/profile/api/userinfo", "/profile/api/userupdate"}
CALLER = "greta.hollister6"  # one whom profile knows

Environ = Mapping[str, Any]
Function = Callable[[Any, Any], Mapping[str, Any]]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


def wsgi(function: Function, described: Mapping[str, Any]) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """A function behind a WSGI server: what our gateways do, for a client that knows WSGI and asks for the document."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(described).encode()]
        names = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        names |= {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        body = environ.get("wsgi.input", io.BytesIO()).read()
        result = function(
            event_of(Request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], list(names.items()), body)), None
        )
        headers = [(name, value) for name, values in result["multiValueHeaders"].items() for value in values]
        start_response(f"{result['statusCode']} Status", headers)
        return [result["body"].encode()]

    return answer


@pytest.mark.parametrize("name", SERVICES)
def test_the_document_is_valid(name: str) -> None:
    OpenAPIV31SpecValidator(DOCUMENTS[name]).validate()
    assert json.loads(json.dumps(DOCUMENTS[name])) == DOCUMENTS[name]


@pytest.mark.parametrize("name", SERVICES)
def test_every_endpoint_is_an_operation_of_its_own(name: str) -> None:
    made = [one["operationId"] for service, _, _, one in OPERATIONS if service == name]
    assert len(made) == len(set(made)) == len(SERVICES[name].endpoints) >= AT_LEAST[name]


def test_every_operation_declares_what_can_occur() -> None:
    for _, path, method, one in OPERATIONS:
        statuses = set(one["responses"])
        assert statuses >= {"400", "406"}, (method, path)
        assert "500" not in statuses
        assert "422" not in statuses
        assert ("401" in statuses) == bool(one.get("security")) or path in WITHOUT_TOKEN, (method, path)
        assert ("415" in statuses) == (
            "requestBody" in one and "application/json" in one["requestBody"]["content"]
        ) or ("text/plain" in one["requestBody"]["content"])


def test_raw_texts_are_never_refused_for_their_media_type() -> None:
    texts = [one for _, _, _, one in OPERATIONS if "text/plain" in one.get("requestBody", {}).get("content", {})]
    assert texts
    assert not any("415" in one["responses"] for one in texts)


def test_only_public_endpoints_ask_for_no_token() -> None:
    assert {path for _, path, _, one in OPERATIONS if "security" not in one} == WITHOUT_TOKEN
    assert sum(one.allow is PUBLIC for app in SERVICES.values() for one in app.endpoints) == len(WITHOUT_TOKEN)


def mighty(endpoints: Iterable[Endpoint]) -> Principal:
    """A caller who may do whatever some endpoints ask for."""
    asked = [endpoint.allow for endpoint in endpoints]
    authorities = frozenset(allow.name for allow in asked if isinstance(allow, Authority))
    policies = {Policy(allow.resource, frozenset({allow.action})) for allow in asked if isinstance(allow, Permission)}
    return Principal(CALLER, authorities, tuple(policies), ("None",))


@pytest.fixture(scope="module")
def api_of(database_url: str, opened: Callable[[str], Service]) -> Iterator[Callable[[str], schemathesis.BaseSchema]]:
    """Gives a service, by its name, as schemathesis sees it."""
    if not database_url.startswith("sqlite"):
        pytest.skip("once is enough")
    running: list[Service] = []

    @cache
    def of_service(name: str) -> schemathesis.BaseSchema:
        service = opened(name)
        running.append(service)
        caller = mighty(service.endpoints)
        service.resolve = lambda _work, _user: caller
        return schemathesis.openapi.from_wsgi("/openapi.json", wsgi(service, DOCUMENTS[name]))

    yield of_service
    for service in running:
        service.database.drop()


RESOURCES = sorted({(name, path.split("/")[3].removeprefix("bulk-")) for name, path, _, _ in OPERATIONS})


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("name", "resource"), RESOURCES)
def test_answers_as_declared(
    api_of: Callable[[str], schemathesis.BaseSchema], name: str, resource: str, mode: GenerationMode, issuer: Issuer
) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(CALLER)}"}
    # schemathesis has a way to make tests of operations, but not one for pytest 9 and fixtures
    path = f"/(bulk-)?{resource}(/|$)"
    found = [cast("Any", result).ok() for result in api_of(name).include(path_regex=path).get_all_operations()]
    assert found
    if mode is GenerationMode.NEGATIVE:  # what takes nothing can be given nothing wrong
        found = [one for one in found if one.body or one.query or one.path_parameters]
    for operation in found:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers(case: schemathesis.Case[Any]) -> None:
            response = case.call(headers=headers)
            # The old service tells some refusals by headers alone, which OpenAPI has no words for beside those with a body.
            told_by_headers = response.status_code >= 400 and not response.content
            case.validate_response(response, checks=CHECKS[:2] if told_by_headers else CHECKS)

        answers()
