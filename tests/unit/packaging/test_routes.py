"""The strangler's API from a compiled route table, and where the APIs stand on the domains."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.build.manifest import BuildError
from infra.packaging.merging import merge_template
from infra.packaging.packing import read_routes
from infra.packaging.release import Release
from infra.packaging.terms import Extras, StageExtras
from infra.routing import read_files
from infra.routing.compiled import Addresses, compile_document
from tests.unit.packaging.conftest import Packed
from tests.unit.packaging.test_templates import faults, of_type

WHOLE_DOMAIN = Extras(base_paths=("",))
Make = Callable[..., Release]


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """All routes at the old servers but those of the reference service, which answers itself."""
    specs = read_files()
    spec = specs["reference"]
    specs["reference"] = {**spec, "routes": dict.fromkeys(spec["routes"], "live")}
    return compile_document(specs.values(), Addresses("prod"))


def test_cfn_lint_passes_the_compiled_table(table: dict[str, Any], packed: Packed, release: Make) -> None:
    assert faults(merge_template(release("strangler", WHOLE_DOMAIN), packed["strangler"], table)) == []


def test_the_compiled_table_is_the_api(table: dict[str, Any], packed: Packed, release: Make) -> None:
    (api,) = of_type(
        merge_template(release("strangler", WHOLE_DOMAIN), packed["strangler"], table), "AWS::ApiGateway::RestApi"
    ).values()
    assert api["Body"]["paths"] == table["paths"]
    assert '"responseTransferMode": "STREAM"' in json.dumps(api["Body"])
    assert '{"Fn::ImportValue": "tis-prod-VpcLinkId"}' in json.dumps(api["Body"])


def test_it_may_call_the_services_that_it_leads_to_and_no_others(
    table: dict[str, Any], packed: Packed, release: Make
) -> None:
    template = merge_template(release("strangler", WHOLE_DOMAIN), packed["strangler"], table)
    permissions = of_type(template, "AWS::Lambda::Permission")
    assert set(permissions) == {"APIHandlerInvokePermission", "InvokeReference"}
    arn = permissions["InvokeReference"]["FunctionName"]["Fn::Sub"]
    assert arn.endswith(":function:tis-reference-prod:live")


def test_another_table_is_another_deployment(table: dict[str, Any], packed: Packed, release: Make) -> None:
    def deployment(routes: dict[str, Any] | None) -> str:
        template = merge_template(release("strangler", WHOLE_DOMAIN), packed["strangler"], routes)
        (name,) = of_type(template, "AWS::ApiGateway::Deployment")
        (stage,) = of_type(template, "AWS::ApiGateway::Stage").values()
        assert stage["DeploymentId"] == {"Ref": name}
        return name

    assert deployment(table) != deployment(None)
    assert deployment(table) == deployment(table)


def test_the_facade_is_the_whole_domain_and_a_service_has_its_place_on_the_inner_one(
    packed: Packed, release: Make
) -> None:
    def places(service: str, extras: Extras) -> list[tuple[str, str | None]]:
        found = of_type(merge_template(release(service, extras), packed[service]), "AWS::ApiGateway::BasePathMapping")
        return [(one["DomainName"]["Fn::ImportValue"], one.get("BasePath")) for one in found.values()]

    assert places("strangler", WHOLE_DOMAIN) == [("tis-prod-DomainName", None)]
    assert places("reference", Extras()) == [("tis-prod-ServicesDomainName", "reference")]
    assert places("reference", Extras(base_paths=("reference", "reference-old"))) == [
        ("tis-prod-DomainName", "reference"),
        ("tis-prod-DomainName", "reference-old"),
    ]


def test_the_stage_is_throttled_logged_and_behind_the_firewall(packed: Packed, release: Make) -> None:
    template = merge_template(
        release("reference", stage_extras=StageExtras(rate=7, burst=9, log_days=365)), packed["reference"]
    )
    (stage,) = of_type(template, "AWS::ApiGateway::Stage").values()
    (method,) = stage["MethodSettings"]
    assert (method["ThrottlingRateLimit"], method["ThrottlingBurstLimit"]) == (7, 9)
    assert "$context.path" not in stage["AccessLogSetting"]["Format"]
    assert {log["RetentionInDays"] for log in of_type(template, "AWS::Logs::LogGroup").values()} == {365}
    (firewall,) = of_type(template, "AWS::WAFv2::WebACLAssociation").values()
    assert firewall["WebACLArn"] == {"Fn::ImportValue": "tis-prod-WebAclArn"}
    (api,) = of_type(template, "AWS::ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "is no compiled route table: it has no paths"),
        ('{"paths": {}}', "is no compiled route table: it has no paths"),
    ],
)
def test_a_file_that_is_no_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "routes.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=told):
        read_routes(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot be read as JSON"):
        read_routes(tmp_path / "none.json")
