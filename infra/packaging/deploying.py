"""The template way: a packed service as a CloudFormation stack of one region (docs/adr/0016).

The package and the template are kept in the stage's bucket under their hashes, so what was uploaded once is not uploaded
again, and what is half-done is done by the next run.
"""

import time
from dataclasses import dataclass

from infra.packaging.bucket import connect, deploys_bucket
from infra.packaging.change_sets import ChangeSet, open_change_set
from infra.packaging.packing import Written
from infra.packaging.stacks import Pace, Stack, Tell, silent

USUAL = Pace()


@dataclass(frozen=True)
class Deployed:
    """What a deploy did, and what answers now: `url` and `api` are empty for a service without an API."""

    url: str
    api: str
    alias: str
    changed: bool
    seconds: float
    zip_bytes: int


@dataclass(frozen=True)
class Change:
    """What a deploy would do to one resource: `Add`, `Modify` or `Remove` it, or put another in its place."""

    action: str
    resource: str
    kind: str
    replaced: bool


def deploy_stack(written: Written, region: str, tell: Tell = silent, pace: Pace = USUAL) -> Deployed:
    """Bring a service's stack to what was packed; doing it again changes nothing.

    DeployError names the resource that failed and the reason; CloudFormation has then taken back what it did.
    """
    began = time.monotonic()
    stack = open_stack(written.prefix, written.stage, written.service, region, tell=tell, pace=pace)
    change_set = prepare(written, region, stack)
    if change_set is not None:
        tell(f"resources to change: {len(change_set.changes)}")
        change_set.execute()
    outputs = stack.outputs()
    return Deployed(
        url=outputs.get("EndpointURL", ""),
        api=outputs.get("RestAPIId", ""),
        alias=outputs.get("FunctionAliasArn", ""),
        changed=change_set is not None,
        seconds=round(time.monotonic() - began, 1),
        zip_bytes=written.zip.stat().st_size,
    )


def stack_changes(written: Written, region: str, pace: Pace = USUAL) -> list[Change]:
    """What `deploy_stack` would change, without changing it: CloudFormation's own answer."""
    stack = open_stack(written.prefix, written.stage, written.service, region, pace=pace)
    change_set = prepare(written, region, stack)
    if change_set is None:
        return []
    change_set.discard()
    return [
        Change(one["Action"], one["LogicalResourceId"], one["ResourceType"], one.get("Replacement") == "True")
        for one in change_set.changes
    ]


def remove_stack(
    prefix: str, stage: str, service: str, region: str, *, tell: Tell = silent, pace: Pace = USUAL
) -> bool:
    """Remove a service's stack and wait until it is gone; False where there was none."""
    stack = open_stack(prefix, stage, service, region, tell=tell, pace=pace)
    if stack.settle() is None:
        return False
    stack.remove()
    return True


def open_stack(prefix: str, stage: str, service: str, region: str, *, tell: Tell = silent, pace: Pace = USUAL) -> Stack:
    """A service's stack of a stage in a region: `tis-prod-reference`."""
    return Stack(f"{prefix}-{stage}-{service}", connect("cloudformation", region), pace, tell)


def prepare(written: Written, region: str, stack: Stack) -> ChangeSet | None:
    """Upload what is not there yet, and ask what it changes; None for nothing."""
    bucket = deploys_bucket(written.prefix, written.stage, region)
    folder = f"packages/{written.service}"
    parameters = {"CodeBucket": bucket.name, "CodeKey": bucket.store(folder, written.zip)}
    tags = {"tis-stage": written.stage, "tis-service": written.service}
    return open_change_set(stack, bucket.url(bucket.store(folder, written.template)), parameters, tags)
