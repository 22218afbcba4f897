"""A function's role: the policy that chalice.json permits, and the few rights that the template itself makes needed."""

from collections.abc import Iterator, Sequence
from typing import Any

from infra.build.policy import by_service
from infra.packaging import waivers
from infra.packaging.functions import DEAD_LETTERS
from infra.packaging.release import Release, Resource, attribute
from infra.packaging.waivers import waived

OWN_POLICY = "TemplatePolicy"
TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
# Lambda looks for the broker's network with the function's role: docs.aws.amazon.com/lambda/latest/dg/with-mq.html
BROKER_NETWORK = ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")


def role_resource(release: Release, packed: Resource) -> Resource:
    """Chalice's role with a second policy."""
    document = {"Version": "2012-10-17", "Statement": list(statements(release))}
    properties = {**packed["Properties"]}
    properties["Policies"] = [*properties["Policies"], {"PolicyName": OWN_POLICY, "PolicyDocument": document}]
    return waived({**packed, "Properties": properties}, waivers.ROLE)


def statements(release: Release) -> Iterator[dict[str, Any]]:
    """The dead letters and their key; tracing; of the broker only its address, its secret, and where it stands."""
    yield allow(["sqs:SendMessage"], [attribute(DEAD_LETTERS)])
    yield allow(["kms:GenerateDataKey", "kms:Decrypt"], [release.ground("MessageKeyArn")])
    if release.stage_extras.tracing:
        yield allow(TRACING, ["*"])
    if release.extras.consumers:
        yield allow(["mq:DescribeBroker"], [release.ground("BrokerArn")])
        yield allow(["secretsmanager:GetSecretValue"], [release.ground("BrokerSecretArn")])
        yield allow(["kms:Decrypt"], [release.ground("SecretKeyArn")]) | by_service("secretsmanager")
        yield allow(BROKER_NETWORK, ["*"])


def allow(actions: Sequence[str], resources: list[Any]) -> dict[str, Any]:
    """A statement that permits actions on resources, some of which other resources or stacks name."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources}
