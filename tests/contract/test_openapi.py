"""The generated OpenAPI 3.1 document of the reference service, and the running service held to it by schemathesis."""

import copy
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
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

from infra.data import seed
from infra.local.gateway.request import Request, event_of
from services.reference.app import app
from shared.db import Database
from shared.openapi import document
from shared.principals import PUBLIC
from tests.identity import Issuer, Profile

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6  # for each of 334 operations, once with good data and once with bad
DOCUMENT = document("reference", "1.0.0", app.endpoints)
OPERATIONS = [(path, method, one) for path, item in DOCUMENT["paths"].items() for method, one in item.items()]

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


def wsgi(function: Callable[[Any, Any], Mapping[str, Any]]) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """A function behind a WSGI server: what our gateways do, for a client that knows WSGI."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(DOCUMENT).encode()]
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


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_endpoint_is_an_operation_of_its_own() -> None:
    assert len(OPERATIONS) == len(app.endpoints) == 334
    assert len({one["operationId"] for _, _, one in OPERATIONS}) == len(OPERATIONS)


def test_every_operation_declares_what_can_occur() -> None:
    for path, method, one in OPERATIONS:
        statuses = set(one["responses"])
        assert statuses >= {"400", "406"}, (method, path)
        assert "500" not in statuses
        assert "422" not in statuses
        assert ("401" in statuses) == bool(one.get("security")), (method, path)
        assert ("415" in statuses) == (
            "requestBody" in one and "application/json" in one["requestBody"]["content"]
        ) or ("text/plain" in one["requestBody"]["content"])


def test_raw_texts_are_never_refused_for_their_media_type() -> None:
    texts = [one for _, _, one in OPERATIONS if "text/plain" in one.get("requestBody", {}).get("content", {})]
    assert texts
    assert not any("415" in one["responses"] for one in texts)


def test_only_the_public_endpoint_asks_for_no_token() -> None:
    unguarded = [path for path, _, one in OPERATIONS if "security" not in one]
    assert unguarded == [f"/reference{'/actuator/health'}"]
    assert sum(endpoint.allow is PUBLIC for endpoint in app.endpoints) == 1


@pytest.fixture(scope="module")
def api(
    database_url: str, dataset: dict[str, Any], issuer: Issuer, callers: dict[str, Any]
) -> Iterator[schemathesis.BaseSchema]:
    """The service as schemathesis sees it."""
    if not database_url.startswith("sqlite"):
        pytest.skip("once is enough")
    seed.load(database_url, "reference", dataset)
    service = copy.copy(app)
    service.database = Database(database_url)
    service.verifier = issuer.verifier()
    service.principals = Profile(callers).principals()
    yield schemathesis.openapi.from_wsgi("/openapi.json", wsgi(service))
    service.database.drop()


RESOURCES = sorted({path.split("/")[3].removeprefix("bulk-") for path, _, _ in OPERATIONS})


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("resource", RESOURCES)
def test_answers_as_declared(api: schemathesis.BaseSchema, resource: str, mode: GenerationMode, issuer: Issuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token('planner')}"}
    # schemathesis has a way to make tests of operations, but not one for pytest 9 and fixtures
    found = [
        cast("Any", result).ok() for result in api.include(path_regex=f"/(bulk-)?{resource}(/|$)").get_all_operations()
    ]
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
