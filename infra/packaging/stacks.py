"""One CloudFormation stack: waiting for it, clearing it of what was left half-made, and why it failed, in a sentence.

What AWS refuses outright passes as botocore's own errors.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

NEVER_STOOD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")  # takes no update, holds nothing that serves
STUCK = {
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
    "DELETE_FAILED": "aws cloudformation delete-stack --stack-name {name}",
}
CANCELLED = ("Resource creation cancelled", "Resource update cancelled")  # said of the others when one failed
BEGUN = "User Initiated"

Tell = Callable[[str], None]


class DeployError(Exception):
    """What could not be deployed, why, and what to do."""


@dataclass(frozen=True)
class Pace:
    """How often a stack is asked, and for how long, in seconds: provisioned environments take minutes."""

    every: float = 2.0
    deadline: float = 1_800.0


def silent(_: str) -> None:
    """Progress that nobody is told of."""


@dataclass(frozen=True)
class Stack:
    """A stack of one region, by its name."""

    name: str
    client: Any
    pace: Pace = Pace()
    tell: Tell = silent

    def described(self) -> dict[str, Any]:
        """What CloudFormation says of it; nothing where there is no such stack."""
        try:
            stacks: list[dict[str, Any]] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return {}
            raise
        return stacks[0]

    def outputs(self) -> dict[str, str]:
        """Its outputs by name."""
        return {one["OutputKey"]: one["OutputValue"] for one in self.described().get("Outputs", [])}

    def wait(self, reached: Callable[[str | None], bool]) -> str | None:
        """Ask until the status (None where there is no stack) is one that is waited for; DeployError at the deadline."""
        give_up, seen = time.monotonic() + self.pace.deadline, ""
        while not reached(status := self.described().get("StackStatus")):
            if time.monotonic() > give_up:
                raise DeployError(
                    f"The stack {self.name} is still {status} after {self.pace.deadline:.0f} s, and goes on by itself."
                    " Run this again later: it waits for what is under way."
                )
            if status and status != seen:
                seen = status
                self.tell(status.lower().replace("_", " "))
            time.sleep(self.pace.every)
        return status

    def settle(self) -> str | None:
        """Wait until nothing is under way in it, as after a deploy that was killed; its status then."""
        return self.wait(lambda status: is_empty(status) or not str(status).endswith("_IN_PROGRESS"))

    def clear(self) -> str | None:
        """Make it one that takes a change: what never stood is removed; DeployError where only a person can help."""
        status = self.settle()
        if status in STUCK:
            raise DeployError(
                f"The stack {self.name} is {status}: mend it by `{STUCK[status].format(name=self.name)}`."
            )
        if status not in NEVER_STOOD:
            return status
        self.tell("removing what was left half-made")
        self.remove()
        return None

    def remove(self) -> None:
        """Delete it and wait until it is gone; DeployError with the reason where it stays."""
        self.client.delete_stack(StackName=self.name)
        if self.wait(lambda status: status in {None, "DELETE_COMPLETE", "DELETE_FAILED"}) == "DELETE_FAILED":
            raise DeployError(f"The stack {self.name} could not be removed: {self.reason()}")

    def reason(self) -> str:
        """Why the last operation failed: the first resource that did, and what was said of it."""
        failed = ""
        for event in self.client.describe_stack_events(StackName=self.name)["StackEvents"]:  # the newest first
            said = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and not said.startswith(CANCELLED):
                failed = f"{event['LogicalResourceId']} ({event['ResourceType']}): {said or 'no reason given'}"
            if said == BEGUN:
                break
        return failed or "CloudFormation names no resource that failed."


def is_empty(status: str | None) -> bool:
    """Does a stack hold nothing, since there is none, or no more than a change set for one?"""
    return status is None or status in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}
