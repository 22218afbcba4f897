"""The document: OpenAPI that API Gateway imports, and what it says of each call."""

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws
from openapi_spec_validator import OpenAPIV30SpecValidator

from infra.routing.compiled import Addresses, Matcher, compile_document, compile_routes
from infra.routing.compiled.matcher import ANY
from infra.routing.compiled.planning import RESOURCE_LIMIT
from shared.stages import LEGACY, LIVE, RETIRED, STAGES
from tests.unit.routing_compiled.tables import ADDRESSES, SETTLED, mixture, repeatable, specs_in, target_of
from tests.unit.strangler.calls import spec_of

TEMPLATE_BYTES = 1_000_000  # that CloudFormation takes, and a template holds more than the API's body
GRADE, FILE = "GET /reference/api/grades/{id}", "GET /integration/api/storage/download"


@pytest.mark.parametrize("stage", [*SETTLED, "mixed"])
def test_document_is_openapi(stage: str) -> None:
    chance = repeatable(7)
    specs = mixture(chance) if stage == "mixed" else specs_in(lambda *_: stage)
    OpenAPIV30SpecValidator(compile_document(specs, ADDRESSES)).validate()


def test_api_gateway_imports_it() -> None:
    chance = repeatable(3)
    document = compile_document(specs_in(lambda *_: chance.choice((*STAGES, "rules"))), ADDRESSES)
    with mock_aws():
        client = boto3.client(
            "apigateway", region_name="eu-west-2", aws_access_key_id="test", aws_secret_access_key="test"
        )
        api = client.import_rest_api(body=json.dumps(document).encode())
        resources = client.get_resources(restApiId=api["id"], limit=500)["items"]
    paths = {one["path"] for one in resources if one.get("resourceMethods")}
    assert paths - {"/"} == set(document["paths"]) - {"/"}
    assert len({one["path"] for one in resources}) == len(document["paths"]) <= RESOURCE_LIMIT


def test_every_part_of_a_path_is_a_resource_itself() -> None:
    """API Gateway makes the parents that a document leaves out, and counts them."""
    paths = compile_document(mixture(repeatable(5)), ADDRESSES)["paths"]
    for path in paths:
        assert path == "/" or (path.rpartition("/")[0] or "/") in paths
        assert ANY in paths[path], "each answers every method"


def operation(document: dict[str, Any], method: str, path: str) -> Any:
    found = Matcher(document).match(method, path)
    assert found is not None
    return found.integration


def test_settled_legacy_route_goes_to_the_old_servers() -> None:
    terms = {"stage": LEGACY, "deadline": 2.5}
    document = compile_document([spec_of({GRADE: terms, "GET /reference/api/grades": LIVE})], ADDRESSES)
    assert operation(document, "GET", "/reference/api/grades/7") == {
        "type": "http_proxy",
        "httpMethod": "GET",
        "uri": "https://old.example/reference/api/grades/{id}",
        "requestParameters": {
            "integration.request.path.id": "method.request.path.id",
            "integration.request.header.X-Forwarded-Host": "method.request.header.Host",
        },
        "timeoutInMillis": 2500,
    }
    assert operation(document, "PUT", "/reference/api/grades/7")["timeoutInMillis"] == 28_000


@pytest.mark.parametrize("stage", [LIVE, RETIRED])
def test_moved_route_goes_straight_to_the_function(stage: str) -> None:
    document = compile_document(
        [spec_of({GRADE: {"stage": stage, "deadline": 9}, "GET /reference/x": LEGACY})], ADDRESSES
    )
    assert operation(document, "HEAD", "/reference/api/grades/7") == {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": "arn:aws:apigateway:eu-west-2:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:eu-west-2:000000000000:function:tis-reference-test:live/invocations",
        "timeoutInMillis": 9000,
    }


def test_large_answers_are_streamed() -> None:
    document = compile_document(specs_in(lambda *_: LEGACY), ADDRESSES)
    assert operation(document, "GET", FILE.partition(" ")[2])["responseTransferMode"] == "STREAM"
    assert "responseTransferMode" not in operation(document, "POST", FILE.partition(" ")[2])
    assert "responseTransferMode" not in operation(document, "GET", "/reference/api/grades")


def test_slash_that_the_old_servers_ask_for_is_sent() -> None:
    document = compile_document(specs_in(lambda *_: LEGACY), ADDRESSES)
    assert operation(document, "POST", "/reference/api/grades/exists/")["uri"].endswith("/grades/exists/")
    assert operation(document, "GET", "/reference/api/grades/exists/")["uri"].endswith("/grades/exists")


def test_link_is_the_way_to_the_old_servers_where_there_is_one() -> None:
    addresses = Addresses("dev", account="1", region="r", legacy_url="https://old.example", vpc_link="abc")
    told = operation(compile_document([spec_of({GRADE: LEGACY})], addresses), "GET", "/x")
    assert (told["connectionType"], told["connectionId"]) == ("VPC_LINK", "abc")


def test_template_fills_in_what_is_not_written_down() -> None:
    specs = [spec_of({GRADE: LIVE, "GET /reference/api/sites": LEGACY})]
    document = compile_document(specs, Addresses("prod"))
    uri = operation(document, "GET", "/reference/api/grades/1")["uri"]
    assert uri["Fn::Sub"].endswith("${AWS::Region}:${AWS::AccountId}:function:tis-reference-prod:live/invocations")
    told = operation(document, "GET", "/reference/api/sites")
    assert told["connectionId"] == {"Fn::ImportValue": "tis-prod-VpcLinkId"}
    assert told["uri"]["Fn::Sub"] == [
        "${OldServers}/{proxy}",
        {"OldServers": {"Fn::ImportValue": "tis-prod-OldServersUrl"}},
    ]
    chance = repeatable(4)
    whole = compile_document(specs_in(lambda *_: chance.choice(STAGES)), Addresses("prod"))
    assert len(json.dumps(whole, indent=1)) < TEMPLATE_BYTES


def test_parameter_has_one_name_at_a_level() -> None:
    routes: dict[str, Any] = {
        "GET /reference/api/{proxy}/{proxy}": {"stage": LIVE, "deadline": 0.01},
        "GET /reference/api/x/{id}": LIVE,
        "PUT /reference/api/x/{code}/y/{code}": LEGACY,
        "PUT /reference/api/x/{other}/y/z": LIVE,
    }
    compiled = compile_routes([spec_of(routes)])
    matcher = Matcher(compiled.document(ADDRESSES))
    found = matcher.match("PUT", "/reference/api/x/1/y/z")
    assert found is not None
    assert (found.parameters, target_of(found).name) == ({"id": "1"}, "reference")
    found = matcher.match("GET", "/reference/api/u/v")
    assert found is not None
    assert (found.parameters, found.integration["timeoutInMillis"]) == ({"proxy3": "u", "proxy4": "v"}, 50)


def test_same_table_gives_the_same_document() -> None:
    specs = mixture(repeatable(2))
    assert json.dumps(compile_document(specs, ADDRESSES)) == json.dumps(compile_document(specs, ADDRESSES))
