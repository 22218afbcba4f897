"""The template way against an AWS that moto plays.

Moto knows no outputs of a stack that a change set made, and makes of our templates only functions, versions, queues, logs
and roles: what is proved here is our side, change sets, uploads and what is said of them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.packaging.deploying import deploy_stack, open_stack, remove_stack, stack_changes
from infra.packaging.packing import TEMPLATE, ZIP, Written
from infra.packaging.stacks import DeployError, Pace

REGION = "eu-west-2"
BUCKET = f"tis-deploys-prod-123456789012-{REGION}"
QUICK = Pace(every=0, deadline=10)
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "tis-reference-prod-dead-letters"}}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        boto3.client("s3", REGION).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A packed service whose template moto makes all of."""
    (tmp_path / ZIP).write_bytes(b"zip")
    write_template(tmp_path, {"DeadLetters": QUEUE})
    return Written(tmp_path, "tis", "prod", "reference")


def write_template(folder: Path, resources: dict[str, Any]) -> None:
    template = {
        "Parameters": {"CodeBucket": {"Type": "String"}, "CodeKey": {"Type": "String"}},
        "Resources": resources,
    }
    (folder / TEMPLATE).write_text(json.dumps(template), encoding="utf-8")


def uploaded() -> list[str]:
    return [one["Key"] for one in boto3.client("s3", REGION).list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_first_deploy_makes_the_stack_with_its_tags(written: Written) -> None:
    said: list[str] = []
    done = deploy_stack(written, REGION, said.append, QUICK)
    assert (done.changed, done.zip_bytes) == (True, 3)
    assert said == ["resources to change: 1"]
    (stack,) = boto3.client("cloudformation", REGION).describe_stacks(StackName="tis-prod-reference")["Stacks"]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == {"tis-stage": "prod", "tis-service": "reference"}
    told = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert told["CodeBucket"] == BUCKET
    assert told["CodeKey"] in uploaded()


def test_the_same_again_changes_and_uploads_nothing(written: Written) -> None:
    deploy_stack(written, REGION, pace=QUICK)
    before = uploaded()
    assert not deploy_stack(written, REGION, pace=QUICK).changed
    assert uploaded() == before
    assert stack_changes(written, REGION, QUICK) == []


def test_another_zip_is_another_key_and_a_change(written: Written) -> None:
    deploy_stack(written, REGION, pace=QUICK)
    written.zip.write_bytes(b"other")
    assert deploy_stack(written, REGION, pace=QUICK).changed
    assert len([key for key in uploaded() if key.endswith(".zip")]) == 2


def test_what_would_change_is_told_and_not_done(written: Written) -> None:
    (change,) = stack_changes(written, REGION, QUICK)
    assert (change.action, change.resource, change.kind) == ("Add", "DeadLetters", "AWS::SQS::Queue")
    assert boto3.client("sqs", REGION).list_queues().get("QueueUrls", []) == []
    assert open_stack("tis", "prod", "reference", REGION).described() == {}


def test_a_stack_is_removed_and_then_there_is_none(written: Written) -> None:
    deploy_stack(written, REGION, pace=QUICK)
    assert remove_stack("tis", "prod", "reference", REGION, pace=QUICK)
    assert boto3.client("sqs", REGION).list_queues().get("QueueUrls", []) == []
    assert not remove_stack("tis", "prod", "reference", REGION, pace=QUICK)


def test_a_region_without_the_ground_is_told(written: Written) -> None:
    with pytest.raises(
        DeployError, match="There is no bucket tis-deploys-prod-123456789012-eu-west-1: the ground of prod"
    ):
        deploy_stack(written, "eu-west-1", pace=QUICK)
