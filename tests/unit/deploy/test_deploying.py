"""Deploys of a small checkout to an AWS that moto plays: made, repeated, from another machine, and taken away."""

import json
import shutil
from pathlib import Path

import pytest

from infra.build.manifest import read_manifest
from infra.deploy.changes import difference
from infra.deploy.cloud import DeployError
from infra.deploy.deploying import deploy_services, remove_services
from tests.unit.deploy.conftest import FakeAws, Opened, make_checkout, write_manifest

ALL = ["strangler", "upload"]
BUCKET = "tis-deploys-local-123456789012-eu-west-2"


def test_all_services_are_deployed_and_the_facade_is_told_of_them(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    said: list[str] = []
    outcomes, faults = deploy_services(opened(checkout, said), ALL)
    assert faults == {}
    assert sorted(outcomes) == ALL
    assert all(outcome.changed and outcome.zip_bytes > 100 for outcome in outcomes.values())
    assert aws.apis() == sorted(outcome.api for outcome in outcomes.values())
    told = aws.client("ssm").get_parameter(Name="/tis/local/strangler/TIS_UPLOAD_URL")["Parameter"]["Value"]
    assert told == outcomes["upload"].url == f"http://127.0.0.1:1/{outcomes['upload'].api}/local"
    assert said.index("strangler: building") > said.index("upload: asking")


def test_a_second_deploy_changes_nothing(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    first, _ = deploy_services(opened(checkout), ALL)
    aws.asked.clear()
    second, _ = deploy_services(opened(checkout), ALL)
    assert {name: outcome.api for name, outcome in second.items()} == {name: one.api for name, one in first.items()}
    assert not any(outcome.changed for outcome in second.values())
    assert not [asked for asked in aws.asked if asked.startswith(("PUT", "DELETE", "PATCH"))]


def test_another_checkout_deploys_to_the_same_apis(
    checkout: Path, opened: Opened, aws: FakeAws, tmp_path: Path
) -> None:
    deploy_services(opened(checkout), ALL)
    before = aws.apis()
    other = make_checkout(tmp_path / "two")
    (other / "shared" / "more.py").write_text("", encoding="utf-8")
    outcomes, faults = deploy_services(opened(other), ALL)
    assert faults == {}
    assert all(outcome.changed for outcome in outcomes.values())
    assert aws.apis() == before


def test_another_checkout_goes_by_the_record_even_where_other_apis_call_the_function(
    checkout: Path, opened: Opened, aws: FakeAws, tmp_path: Path
) -> None:
    """As the facade's does, once the compiled table is published: it may be older than the service's own."""
    deploy_services(opened(checkout), ALL)
    before = record_of(aws, "upload")
    publish_by_hand(aws, record_of(aws, "strangler"), "tis-upload-local")
    other = make_checkout(tmp_path / "two")
    (other / "shared" / "more.py").write_text("", encoding="utf-8")
    outcomes, faults = deploy_services(opened(other), ALL)
    assert faults == {}
    assert outcomes["upload"].api == before
    assert len(aws.apis()) == 2


def test_what_an_interrupted_deploy_left_is_found_though_the_facade_calls_the_function_too(
    checkout: Path, opened: Opened, aws: FakeAws
) -> None:
    outcomes, _ = deploy_services(opened(checkout), ALL)
    publish_by_hand(aws, outcomes["strangler"].api, "tis-upload-local")
    aws.client("s3").delete_object(Bucket=BUCKET, Key="state/upload.json")
    aws.client("s3").delete_object(Bucket=BUCKET, Key="state/strangler.json")
    again, faults = deploy_services(opened(checkout), ALL)
    assert faults == {}
    assert {name: one.api for name, one in again.items()} == {name: one.api for name, one in outcomes.items()}


def record_of(aws: FakeAws, service: str) -> str:
    """The id of the API that the record tells of."""
    found = json.loads(aws.client("s3").get_object(Bucket=BUCKET, Key=f"state/{service}.json")["Body"].read())
    return next(str(one["rest_api_id"]) for one in found["deployed"]["resources"] if one["resource_type"] == "rest_api")


def publish_by_hand(aws: FakeAws, api: str, function: str) -> None:
    """Have an API call a function, and nothing else, as a published table does."""
    uri = f"arn:aws:apigateway:eu-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-2:123456789012:function:{function}/invocations"
    operation = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
    info = {"title": "tis-strangler", "version": "1"}
    document = {"openapi": "3.0.3", "info": info, "paths": {"/{proxy+}": {"x-amazon-apigateway-any-method": operation}}}
    gateway = aws.client("apigateway")
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document).encode())
    gateway.create_deployment(restApiId=api, stageName="local")


def test_only_the_changed_service_is_deployed_again(checkout: Path, opened: Opened) -> None:
    deploy_services(opened(checkout), ALL)
    (checkout / "services" / "upload" / "page.py").write_text("A = 1\n", encoding="utf-8")
    outcomes, _ = deploy_services(opened(checkout), ALL)
    assert {name: outcome.changed for name, outcome in outcomes.items()} == {"strangler": False, "upload": True}


def test_a_function_that_somebody_else_changed_is_deployed_again(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    deploy_services(opened(checkout), ["upload"])
    aws.client("lambda").delete_function(FunctionName="tis-upload-local")
    outcomes, faults = deploy_services(opened(checkout), ["upload"])
    assert faults == {}
    assert outcomes["upload"].changed


def test_difference_says_what_a_deploy_would_change(checkout: Path, opened: Opened) -> None:
    assert difference(opened(checkout), "upload").action == "create"
    deploy_services(opened(checkout), ["upload"])
    assert difference(opened(checkout), "upload").action == "nothing"
    (checkout / "shared" / "word.py").write_text("", encoding="utf-8")
    found = difference(opened(checkout), "upload")
    assert (found.action, found.changes) == ("update", ("new: shared/word.py",))
    (checkout / "shared" / "word.py").rename(checkout / "shared" / "term.py")
    assert difference(opened(checkout), "upload").changes == ("new: shared/term.py",)


def test_what_is_removed_is_gone_and_can_be_made_again(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    deploy_services(opened(checkout), ALL)
    removed, faults = remove_services(opened(checkout), ALL)
    assert (removed, faults) == (ALL, {})
    assert aws.apis() == []
    assert aws.client("lambda").list_functions()["Functions"] == []
    assert remove_services(opened(checkout), ALL) == ([], {})
    outcomes, faults = deploy_services(opened(checkout), ["upload"])
    assert faults == {}
    assert aws.apis() == [outcomes["upload"].api]


def test_a_missing_setting_and_a_missing_secret_are_named_before_anything_is_made(
    checkout: Path, opened: Opened, aws: FakeAws
) -> None:
    write_manifest(checkout, services={"upload": {"libraries": [], "settings": ["TIS_A"], "secrets": ["TIS_B"]}})
    with pytest.raises(DeployError, match="lacks parameter /tis/local/upload/TIS_A, secret tis/local/upload/TIS_B"):
        deploy_services(opened(checkout), ["upload"])
    assert aws.client("lambda").list_functions()["Functions"] == []


def test_a_facade_that_runs_starts_anew_when_a_service_answers_elsewhere(
    checkout: Path, opened: Opened, aws: FakeAws
) -> None:
    deploy_services(opened(checkout), ALL)
    remove_services(opened(checkout), ["upload"])
    outcomes, _ = deploy_services(opened(checkout), ["upload"])
    facade = aws.client("lambda").get_function_configuration(FunctionName="tis-strangler-local")
    assert facade["Description"].startswith("Reads its settings anew since ")
    told = aws.client("ssm").get_parameter(Name="/tis/local/strangler/TIS_UPLOAD_URL")["Parameter"]["Value"]
    assert outcomes["upload"].api in told
    assert not deploy_services(opened(checkout), ["strangler"])[0]["strangler"].changed


def test_functions_stand_where_the_ground_says(checkout: Path, opened: Opened, aws: FakeAws) -> None:
    store = aws.client("ssm")
    store.put_parameter(Name="/tis/local/FUNCTION_SUBNETS", Value="subnet-1,subnet-2", Type="StringList")
    store.put_parameter(Name="/tis/local/FUNCTION_GROUP", Value="sg-1", Type="String")
    with pytest.raises(DeployError, match=r'"subnets": \["subnet-1", "subnet-2"\], "security_groups": \["sg-1"\]'):
        deploy_services(opened(checkout), ["upload"])


def test_a_service_without_app_is_told_and_the_facade_is_not_deployed(checkout: Path, opened: Opened) -> None:
    (checkout / "services" / "upload" / "app.py").unlink()
    outcomes, faults = deploy_services(opened(checkout), ALL)
    assert outcomes == {}
    assert faults["upload"] == "services/upload has no app.py yet, so there is nothing to build."
    assert faults["strangler"].startswith("not deployed")


def test_a_package_holds_a_renamed_file_under_its_new_name_only(checkout: Path, opened: Opened) -> None:
    (checkout / "shared" / "word.py").write_text("", encoding="utf-8")
    deploy_services(opened(checkout), ["upload"])
    (checkout / "shared" / "word.py").rename(checkout / "shared" / "term.py")
    outcomes, _ = deploy_services(opened(checkout), ["upload"])
    assert outcomes["upload"].changed
    manifest = read_manifest(checkout)
    assert manifest.chosen(("upload",)) == ["upload"]
    newest = max(
        (checkout / "services/upload/.chalice/deployments").glob("*.zip"), key=lambda path: path.stat().st_mtime
    )
    shutil.unpack_archive(newest, checkout / "unpacked", "zip")
    assert (checkout / "unpacked/shared/term.py").exists()
    assert not (checkout / "unpacked/shared/word.py").exists()
