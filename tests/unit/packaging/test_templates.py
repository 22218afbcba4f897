"""The template of each service: does cfn-lint pass it, and does it say what Chalice cannot?"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from infra.build.manifest import ROOT, BuildError
from infra.gates.guard import judge
from infra.gates.waivers import told
from infra.ground.reading import Template, read_templates
from infra.packaging.merging import merge_template
from infra.packaging.release import Release
from infra.packaging.terms import Consumer, Environments, Extras, StageExtras
from tests.unit.packaging.conftest import SERVICES, Packed

REGIONS = ["eu-west-2", "eu-west-1"]
CONSUMING = "read_changes"
CONSUMER = Consumer(
    queue="tis.changes",
    function=CONSUMING,
    batch=50,
    concurrency=3,
    dead_letters="tis.changes.dead",
    filters=({"data": {}},),
)
VARIANTS = {
    "plain": Extras(),
    "snap_start": Extras(environments={"prod": Environments(snap_start=True, reserved=50)}),
    "provisioned": Extras(environments={"prod": Environments(provisioned=4, reserved=50)}),
    "whole_domain": Extras(base_paths=("",)),
    "consumer": Extras(consumers=(CONSUMER,)),
}
Make = Callable[..., Release]


def with_consumer(template: Template) -> Template:
    """As if app.py had a second function, as `@app.lambda_function()` makes one."""
    handler = template["Resources"]["APIHandler"]
    function = {**handler, "Properties": {**handler["Properties"], "Handler": f"app.{CONSUMING}"}}
    return {**template, "Resources": {**template["Resources"], "ReadChanges": function}}


def faults(template: Template) -> list[str]:
    return [
        f"{match.rule.id}: {match.message}" for match in lint(json.dumps(template), config=ManualArgs(regions=REGIONS))
    ]


def resolved(value: Any) -> Any:
    """A resource as our rules are asked about it, with some text for what other resources and stacks name."""
    if isinstance(value, list):
        return [resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    first = next(iter(value), "")
    return (
        "named elsewhere" if first == "Ref" or first.startswith("Fn::") else {k: resolved(v) for k, v in value.items()}
    )


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("service", SERVICES)
def test_cfn_lint_passes(service: str, variant: str, packed: Packed, release: Make) -> None:
    template = merge_template(release(service, VARIANTS[variant]), with_consumer(packed[service]))
    assert faults(template) == []


def test_cfn_lint_would_tell(packed: Packed, release: Make) -> None:
    template = merge_template(release("reference"), packed["reference"])
    del template["Resources"]["APIHandler"]["Properties"]["Role"]
    assert any("'Role' is a required property" in fault for fault in faults(template))


@pytest.mark.parametrize("service", SERVICES)
def test_our_own_rules_hold(service: str, packed: Packed, release: Make) -> None:
    template = merge_template(release(service, VARIANTS["consumer"]), with_consumer(packed[service]))
    for name, resource in template["Resources"].items():
        waived = {rule for gate, rule, _ in told(resource.get("Metadata", {})) if gate == "guard"}
        assert {finding.rule for finding in judge(service, name, resolved(resource))} == waived, name


def test_everything_named_of_the_ground_is_exported_by_it(packed: Packed, release: Make) -> None:
    exported = set(
        re.findall(r"tis-\$\{Stage\}-(\w+)", json.dumps([one.get("Outputs") for one in read_templates().values()]))
    )
    for extras in VARIANTS.values():
        template = merge_template(release("reference", extras), with_consumer(packed["reference"]))
        assert set(re.findall(r'"Fn::ImportValue": "tis-prod-(\w+)"', json.dumps(template))) <= exported


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_calls_the_newest_code(service: str, packed: Packed, release: Make) -> None:
    template = merge_template(release(service), packed[service])
    assert "${APIHandlerLive}/invocations" in json.dumps(template)
    assert "${APIHandler.Arn}" not in json.dumps(template)
    (permission,) = of_type(template, "AWS::Lambda::Permission").values()
    assert permission["FunctionName"] == {"Ref": "APIHandlerLive"}


def test_the_alias_is_of_the_version_of_this_zip(packed: Packed, release: Make) -> None:
    template = merge_template(release("reference"), packed["reference"])
    ((version, published),) = of_type(template, "AWS::Lambda::Version").items()
    (alias,) = of_type(template, "AWS::Lambda::Alias").values()
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert alias["Name"] == "live"
    assert published["CodeSha256"] == "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="


def test_another_zip_and_another_setting_publish_another_version(packed: Packed, release: Make) -> None:
    def version(wanted: Release, template: Template) -> str:
        return next(iter(of_type(merge_template(wanted, template), "AWS::Lambda::Version")))

    first = version(release("reference"), packed["reference"])
    other_zip = Release("tis", "prod", "reference", Extras(), StageExtras(), "cd" * 32)
    assert version(release("reference"), packed["reference"]) == first
    assert version(other_zip, packed["reference"]) != first
    assert version(release("reference", VARIANTS["snap_start"]), packed["reference"]) != first


def test_snapshots_and_provisioned_environments_are_the_apis_alone(packed: Packed, release: Make) -> None:
    template = merge_template(release("reference", VARIANTS["provisioned"]), with_consumer(packed["reference"]))
    aliases = of_type(template, "AWS::Lambda::Alias")
    assert aliases["APIHandlerLive"]["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 4}
    assert "ProvisionedConcurrencyConfig" not in aliases["ReadChangesLive"]
    snapped = merge_template(release("reference", VARIANTS["snap_start"]), with_consumer(packed["reference"]))
    functions = of_type(snapped, "AWS::Lambda::Function")
    assert functions["APIHandler"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert functions["APIHandler"]["ReservedConcurrentExecutions"] == 50
    assert "SnapStart" not in functions["ReadChanges"]


def test_another_stage_of_environments_is_not_this_one(packed: Packed, release: Make) -> None:
    extras = Extras(environments={"dev": Environments(provisioned=4)})
    assert "ProvisionedConcurrencyConfig" not in json.dumps(
        merge_template(release("reference", extras), packed["reference"])
    )


def test_functions_have_the_names_that_chalice_gives(packed: Packed, release: Make) -> None:
    template = merge_template(release("reference"), with_consumer(packed["reference"]))
    names = {one["FunctionName"] for one in of_type(template, "AWS::Lambda::Function").values()}
    assert names == {"tis-reference-prod", f"tis-reference-prod-{CONSUMING}"}


def test_the_role_has_what_chalice_json_permits_and_what_the_template_needs(packed: Packed, release: Make) -> None:
    template = merge_template(release("strangler"), packed["strangler"])
    (role,) = of_type(template, "AWS::IAM::Role").values()
    given, added = (policy["PolicyDocument"]["Statement"] for policy in role["Policies"])
    committed = json.loads((ROOT / "services/strangler/.chalice/policy-prod.json").read_text(encoding="utf-8"))
    assert given == committed["Statement"]
    assert {action for statement in added for action in statement["Action"]} == {
        "sqs:SendMessage",
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }


def test_the_outputs_say_what_answers_where(packed: Packed, release: Make) -> None:
    outputs = merge_template(release("reference"), with_consumer(packed["reference"]))["Outputs"]
    assert set(outputs) == {"EndpointURL", "RestAPIId", "FunctionAliasArn", "ReadChangesAliasArn"}
    assert outputs["FunctionAliasArn"]["Value"] == {"Ref": "APIHandlerLive"}


def test_no_account_and_no_secret_stands_in_a_template(packed: Packed, release: Make) -> None:
    for service in SERVICES:
        template = json.dumps(merge_template(release(service, VARIANTS["whole_domain"]), packed[service]))
        assert not re.search(r"\b\d{12}\b", template)
        assert "mysql" not in template


def test_a_kind_that_chalice_packs_and_nobody_knows_is_refused(packed: Packed, release: Make) -> None:
    layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {}}
    template = {**packed["reference"], "Resources": {**packed["reference"]["Resources"], "Layer": layer}}
    with pytest.raises(BuildError, match="Chalice packed Layer, which is AWS::Serverless::LayerVersion"):
        merge_template(release("reference"), template)
