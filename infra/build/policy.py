"""What a function may do on a stage: what every function needs, and what its service's entry permits."""

from collections.abc import Iterator
from typing import Any

from infra.build.manifest import Entry, Manifest

LOG_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
# Lambda itself takes these to put a function into private subnets; AWS knows no narrower resource for them.
NETWORK_ACTIONS = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")
DATABASE_SETTING = "TIS_DATABASE_URL"

Statement = dict[str, Any]


def policy(manifest: Manifest, service: str, stage: str) -> dict[str, Any]:
    """The policy of a service's function on a stage."""
    entry = manifest.entry(service)
    own = (
        allow(permission.actions, [resource.replace("{stage}", stage) for resource in permission.resources])
        for permission in entry.permissions
    )
    name = f"{manifest.app_prefix}-{service}-{stage}"
    needed = needed_by_all(entry, service, f"{manifest.app_prefix}/{stage}/{service}", name)
    return {"Version": "2012-10-17", "Statement": [*needed, *own]}


def needed_by_all(entry: Entry, service: str, place: str, name: str) -> Iterator[Statement]:
    """The log, the network, the function's own settings and secrets, its database as the user of its name."""
    yield allow(LOG_ACTIONS, [f"arn:aws:logs:*:*:log-group:/aws/lambda/{name}*"])
    yield allow(NETWORK_ACTIONS, ["*"])
    if entry.settings:
        yield allow(["ssm:GetParameters"], [f"arn:aws:ssm:*:*:parameter/{place}/*"])
    if entry.secrets:
        # A secret asked for through the Parameter Store needs the right to it in both places.
        yield allow(["ssm:GetParameters"], [f"arn:aws:ssm:*:*:parameter/aws/reference/secretsmanager/{place}/*"])
        yield allow(["secretsmanager:GetSecretValue"], [f"arn:aws:secretsmanager:*:*:secret:{place}/*"])
    if stores := encrypted_stores(entry):
        yield allow(["kms:Decrypt"], ["arn:aws:kms:*:*:key/*"]) | by_service(*stores)
    if DATABASE_SETTING in entry.settings:
        yield allow(["rds-db:connect"], [f"arn:aws:rds-db:*:*:dbuser:*/{service}"])


def allow(actions: tuple[str, ...] | list[str], resources: list[str]) -> Statement:
    """A statement that permits actions on resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources}


def encrypted_stores(entry: Entry) -> list[str]:
    """The services of AWS in which the function reads what lies there under a key of ours."""
    tables = any(action.startswith("dynamodb:") for permission in entry.permissions for action in permission.actions)
    return [*(["dynamodb"] if tables else []), *(["secretsmanager"] if entry.secrets else [])]


def by_service(*services: str) -> Statement:
    """The condition that a key is used through services of AWS, and not by itself."""
    return {"Condition": {"StringLike": {"kms:ViaService": [f"{name}.*.amazonaws.com" for name in services]}}}
