"""A change set: what a template would change of a stack, seen before it is done, then done or thrown away."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from infra.packaging.stacks import DeployError, Stack, is_empty

NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True)
class ChangeSet:
    """A change set of a stack, and what it changes of which resources; none where only outputs change."""

    stack: Stack
    name: str
    creates: bool
    changes: tuple[dict[str, Any], ...]

    def execute(self) -> None:
        """Do it and wait; DeployError names the resource that failed. CloudFormation itself takes back what it did."""
        self.stack.client.execute_change_set(StackName=self.stack.name, ChangeSetName=self.name)
        status = self.stack.wait(lambda status: not (is_empty(status) or str(status).endswith("_IN_PROGRESS")))
        if status not in DONE:
            raise DeployError(
                f"The stack {self.stack.name} was not deployed: {self.stack.reason()} What had changed was taken back:"
                " mend that, and deploy again."
            )

    def discard(self) -> None:
        """Delete it, and with it the empty stack that it was made for."""
        self.stack.client.delete_change_set(StackName=self.stack.name, ChangeSetName=self.name)
        if self.creates:
            self.stack.client.delete_stack(StackName=self.stack.name)


def open_change_set(
    stack: Stack, template_url: str, parameters: dict[str, str], tags: dict[str, str]
) -> ChangeSet | None:
    """A change set; None where the stack is as the template says, DeployError where CloudFormation cannot make it.

    The tags are the stack's, which CloudFormation puts on all that it makes.
    """
    creates = is_empty(stack.clear())
    name = f"deploy-{uuid.uuid4()}"
    stack.client.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType="CREATE" if creates else "UPDATE",
        TemplateURL=template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    made = wait_until_made(stack, name)
    change_set = ChangeSet(stack, name, creates, tuple(one["ResourceChange"] for one in made["Changes"]))
    if made["Status"] != "FAILED":
        return change_set
    change_set.discard()
    reason = made.get("StatusReason", "no reason given")
    if any(words in reason for words in NOTHING_TO_DO):
        return None
    raise DeployError(f"The stack {stack.name} cannot be changed: {reason}")


def wait_until_made(stack: Stack, name: str) -> dict[str, Any]:
    """What CloudFormation says of a change set once it is made, all pages of it; DeployError at the deadline."""
    give_up = time.monotonic() + stack.pace.deadline
    while True:
        made: dict[str, Any] = stack.client.describe_change_set(StackName=stack.name, ChangeSetName=name)
        if made["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            break
        if time.monotonic() > give_up:
            raise DeployError(f"The change set of {stack.name} was not made within {stack.pace.deadline:.0f} s.")
        time.sleep(stack.pace.every)
    page = made
    while token := page.get("NextToken"):
        page = stack.client.describe_change_set(StackName=stack.name, ChangeSetName=name, NextToken=token)
        made["Changes"] += page["Changes"]
    return made
