"""What is said of a stack that failed, that is stuck, or that another run left half-made: AWS's answers, played one by one."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from infra.packaging.change_sets import ChangeSet, open_change_set
from infra.packaging.stacks import DeployError, Pace, Stack

NAME = "tis-prod-reference"
WHEN = "2026-01-01T00:00:00Z"
URL = "https://s3.example/bucket/template.json"


class Played:
    """A CloudFormation that gives the answers it was told, in order, to the questions it was told."""

    def __init__(self) -> None:
        client = boto3.client("cloudformation", "eu-west-2", aws_access_key_id="a", aws_secret_access_key="b")
        self.stubber = Stubber(client)
        self.said: list[str] = []
        self.stack = Stack(NAME, client, Pace(every=0, deadline=0.2), self.said.append)

    def stands(self, *statuses: str | None) -> None:
        for status in statuses:
            if status is None:
                message = f"Stack with id {NAME} does not exist"
                self.stubber.add_client_error("describe_stacks", "ValidationError", message)
            else:
                stack = {"StackName": NAME, "CreationTime": WHEN, "StackStatus": status}
                self.stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": NAME})

    def answers(self, operation: str, answer: dict[str, Any] | None = None) -> None:
        self.stubber.add_response(operation, answer or {})

    def happened(self, *events: tuple[str, str, str]) -> None:
        told = [
            {
                "StackId": "1",
                "EventId": "1",
                "StackName": NAME,
                "Timestamp": WHEN,
                "ResourceType": "AWS::Logs::LogGroup",
            }
            | {"LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason}
            for name, status, reason in events
        ]
        self.answers("describe_stack_events", {"StackEvents": told})

    def makes(self, status: str, reason: str = "", token: str = "") -> None:
        change = {
            "ResourceChange": {"Action": "Add", "LogicalResourceId": "Log", "ResourceType": "AWS::Logs::LogGroup"}
        }
        made = {"Status": status, "StatusReason": reason, "Changes": [change] if status == "CREATE_COMPLETE" else []}
        self.answers("describe_change_set", made | ({"NextToken": token} if token else {}))

    def opened(self) -> ChangeSet | None:
        return open_change_set(self.stack, URL, {"CodeKey": "key"}, {"tis-stage": "prod"})


@pytest.fixture
def aws() -> Iterator[Played]:
    played = Played()
    with played.stubber:
        yield played
    played.stubber.assert_no_pending_responses()


def test_a_failed_deploy_names_the_resource_that_failed_first(aws: Played) -> None:
    aws.answers("execute_change_set")
    aws.stands("REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE")
    aws.happened(
        (NAME, "ROLLBACK_COMPLETE", ""),
        ("Function", "CREATE_FAILED", "Resource creation cancelled"),
        ("Log", "CREATE_FAILED", "tis-reference-prod already exists"),
        (NAME, "CREATE_IN_PROGRESS", "User Initiated"),
        ("Older", "CREATE_FAILED", "of a run before"),
    )
    with pytest.raises(DeployError) as told:
        ChangeSet(aws.stack, "deploy-1", True, ()).execute()
    assert "Log (AWS::Logs::LogGroup): tis-reference-prod already exists" in str(told.value)
    assert "What had changed was taken back" in str(told.value)
    assert aws.said == ["review in progress", "create in progress", "rollback in progress"]


def test_what_never_stood_is_removed_before_a_new_try(aws: Played) -> None:
    aws.stands("ROLLBACK_COMPLETE")
    aws.answers("delete_stack")
    aws.stands("DELETE_IN_PROGRESS", None)
    aws.stubber.add_response(
        "create_change_set",
        {},
        {
            "StackName": NAME,
            "ChangeSetName": ANY,
            "ChangeSetType": "CREATE",
            "TemplateURL": URL,
            "Parameters": [{"ParameterKey": "CodeKey", "ParameterValue": "key"}],
            "Tags": [{"Key": "tis-stage", "Value": "prod"}],
            "Capabilities": ["CAPABILITY_IAM"],
        },
    )
    aws.makes("CREATE_IN_PROGRESS")
    aws.makes("CREATE_COMPLETE", token="more")
    aws.makes("CREATE_COMPLETE")
    change_set = aws.opened()
    assert change_set is not None
    assert change_set.creates
    assert len(change_set.changes) == 2
    assert aws.said[0] == "removing what was left half-made"


def test_what_another_run_began_is_waited_for(aws: Played) -> None:
    aws.stands("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")
    assert aws.stack.clear() == "UPDATE_COMPLETE"
    assert aws.said == ["update in progress", "update complete cleanup in progress"]


def test_a_change_set_that_was_never_done_is_no_stack(aws: Played) -> None:
    aws.stands("REVIEW_IN_PROGRESS")
    assert aws.stack.clear() == "REVIEW_IN_PROGRESS"


@pytest.mark.parametrize(
    ("status", "command"),
    [("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"), ("DELETE_FAILED", "delete-stack")],
)
def test_a_stuck_stack_is_told_with_the_command_that_mends_it(aws: Played, status: str, command: str) -> None:
    aws.stands(status)
    with pytest.raises(
        DeployError, match=f"is {status}: mend it by `aws cloudformation {command} --stack-name {NAME}`"
    ):
        aws.stack.clear()


def test_no_changes_are_none_and_the_change_set_is_thrown_away(aws: Played) -> None:
    aws.stands("CREATE_COMPLETE")
    aws.answers("create_change_set")
    aws.makes("FAILED", "The submitted information didn't contain changes. Submit different information.")
    aws.answers("delete_change_set")
    assert aws.opened() is None


def test_a_refused_change_set_says_why_and_leaves_no_empty_stack(aws: Played) -> None:
    aws.stands(None)
    aws.answers("create_change_set")
    aws.makes("FAILED", "No export named tis-prod-WebAclArn found.")
    aws.answers("delete_change_set")
    aws.answers("delete_stack")
    with pytest.raises(DeployError, match=f"{NAME} cannot be changed: No export named tis-prod-WebAclArn found"):
        aws.opened()


def test_a_stack_that_cannot_be_removed_says_why(aws: Played) -> None:
    aws.answers("delete_stack")
    aws.stands("DELETE_FAILED")
    aws.happened(("Log", "DELETE_FAILED", "in use"))
    with pytest.raises(DeployError, match=r"could not be removed: Log \(AWS::Logs::LogGroup\): in use"):
        aws.stack.remove()


def test_waiting_ends(aws: Played) -> None:
    aws.stack.__dict__["pace"] = Pace(every=0, deadline=0)
    aws.stands("UPDATE_IN_PROGRESS")
    with pytest.raises(DeployError, match="is still UPDATE_IN_PROGRESS after 0 s, and goes on by itself"):
        aws.stack.settle()


def test_outputs_are_told_by_name(aws: Played) -> None:
    told = [{"OutputKey": "EndpointURL", "OutputValue": "https://api.example/prod/"}]
    stack = {"StackName": NAME, "CreationTime": WHEN, "StackStatus": "CREATE_COMPLETE", "Outputs": told}
    aws.answers("describe_stacks", {"Stacks": [stack]})
    assert aws.stack.outputs() == {"EndpointURL": "https://api.example/prod/"}
