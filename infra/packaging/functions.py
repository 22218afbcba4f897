"""A function as plain resources: its log, its version of this release, and the alias `live` that callers call."""

import base64
import json
import re
from typing import Any

from infra.packaging import waivers
from infra.packaging.release import ALIAS, Release, Resource, Resources, attribute, short_hash
from infra.packaging.waivers import waived

API_HANDLER = "APIHandler"  # what Chalice calls the function behind an API
DEAD_LETTERS = "DeadLetters"
DEAD_LETTER_SECONDS = 1_209_600  # 14 days, the longest that a queue keeps a message
CODE = {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}}
KEPT = ("Runtime", "Handler", "Timeout", "MemorySize", "Architectures", "Environment", "Role")  # as Chalice wrote them
OWN_ARN = re.compile(r"\$\{(\w+)\.Arn\}/invocations")


def function_resources(release: Release, logical: str, packed: Resource) -> Resources:
    """The resources of one function of Chalice's template, with what is the stage's: network, key, log, dead letters."""
    name = function_name(release, logical, packed)
    properties = {key: packed[key] for key in KEPT if key in packed} | surroundings(release, packed) | {"Code": CODE}
    properties |= {"FunctionName": name}
    if logical == API_HANDLER:
        properties |= starting(release)
    version = f"{logical}Version{short_hash([release.digest, properties])}"
    function = {"Type": "AWS::Lambda::Function", "DependsOn": [f"{logical}Log"], "Properties": properties}
    reserved = "ReservedConcurrentExecutions" in properties
    return {
        f"{logical}Log": log_group(release, f"/aws/lambda/{name}"),
        logical: waived(function, () if reserved else waivers.UNRESERVED),
        version: {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": logical}, "CodeSha256": code_hash(release)},
        },
        alias_of(logical): alias(release, logical, version),
    }


def function_name(release: Release, logical: str, packed: Resource) -> str:
    """The name that Chalice gives: the API's function has the app's, any other its own behind that."""
    own = "" if logical == API_HANDLER else f"-{packed['Handler'].rpartition('.')[2]}"
    return f"{release.name}{own}"


def surroundings(release: Release, packed: Resource) -> dict[str, Any]:
    """The private subnets, the key of the environment, tracing, and where an asynchronous call ends that fails."""
    return {
        "VpcConfig": {
            "SubnetIds": {"Fn::Split": [",", release.ground("FunctionSubnets")]},
            "SecurityGroupIds": [release.ground("FunctionSecurityGroup")],
        },
        "KmsKeyArn": release.ground("FunctionKeyArn"),
        "TracingConfig": {"Mode": "Active" if release.stage_extras.tracing else "PassThrough"},
        "DeadLetterConfig": {"TargetArn": attribute(DEAD_LETTERS)},
        "Tags": [{"Key": key, "Value": value} for key, value in packed.get("Tags", {}).items()],
    }


def starting(release: Release) -> dict[str, Any]:
    """How the API's environments start, and how many there may be."""
    wanted: dict[str, Any] = {}
    if release.environments.snap_start:
        wanted["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    if release.environments.reserved:
        wanted["ReservedConcurrentExecutions"] = release.environments.reserved
    return wanted


def code_hash(release: Release) -> str:
    """The zip's hash as Lambda writes it: no version is published of any other code."""
    return base64.b64encode(bytes.fromhex(release.digest)).decode()


def alias(release: Release, logical: str, version: str, name: str = ALIAS) -> Resource:
    """An alias of a version; that of the API keeps environments provisioned where the stage has some."""
    properties: dict[str, Any] = {
        "FunctionName": {"Ref": logical},
        "FunctionVersion": attribute(version, "Version"),
        "Name": name,
    }
    if logical == API_HANDLER and release.environments.provisioned:
        properties["ProvisionedConcurrencyConfig"] = {
            "ProvisionedConcurrentExecutions": release.environments.provisioned
        }
    return {"Type": "AWS::Lambda::Alias", "Properties": properties}


def alias_of(logical: str) -> str:
    """The logical name of a function's alias; a Ref to it gives the ARN that callers call."""
    return f"{logical}Live"


def through_aliases(value: Any) -> Any:
    """The same with every integration that calls a function's newest code calling its alias."""
    return json.loads(OWN_ARN.sub(lambda found: f"${{{alias_of(found[1])}}}/invocations", json.dumps(value)))


def log_group(release: Release, name: str) -> Resource:
    """A log that is kept as long as the stage says, encrypted with the ground's key."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "LogGroupName": name,
            "RetentionInDays": release.stage_extras.log_days,
            "KmsKeyId": release.ground("LogKeyArn"),
        },
    }


def dead_letters(release: Release) -> Resource:
    """The queue for asynchronous calls that failed, of all functions of the service; it is a dead-letter queue itself."""
    return {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": f"{release.name}-dead-letters",
            "MessageRetentionPeriod": DEAD_LETTER_SECONDS,
            "RedriveAllowPolicy": {"redrivePermission": "denyAll"},  # no other queue's dead letters come here
            "KmsMasterKeyId": release.ground("MessageKeyArn"),
        },
    }
