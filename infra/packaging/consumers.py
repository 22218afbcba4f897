"""Functions that read queues of the broker: a mapping for each call at a time, and what its role needs.

A mapping of a RabbitMQ queue runs one call at a time. No property of it changes that: scaling settings and provisioned
pollers are for SQS and Kafka, and so are failure destinations. So a consumer with a concurrency of four has four
mappings, each on an alias of its own, since Lambda keeps one mapping for a source and a function.
"""

import json
from typing import Any

from infra.build.manifest import BuildError
from infra.packaging.functions import alias_of
from infra.packaging.release import ALIAS, Release, Resource, Resources
from infra.packaging.terms import Consumer


def consumer_resources(release: Release, resources: Resources) -> Resources:
    """The mappings of all consumers and their aliases; BuildError for one whose function app.py does not have."""
    added: Resources = {}
    for consumer in release.extras.consumers:
        function = consuming_function(release, consumer, resources)
        for number in range(1, consumer.concurrency + 1):
            own = alias_of(function) if number == 1 else f"{alias_of(function)}{number}"
            if number > 1:
                added[own] = further_alias(resources[alias_of(function)], number)
            added[f"{function}{logical(consumer.queue)}{number}"] = mapping(release, consumer, own)
    return added


def consuming_function(release: Release, consumer: Consumer, resources: Resources) -> str:
    """The logical name of a consumer's function."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            handler: str = resource["Properties"]["Handler"]
            if handler.rpartition(".")[2] == consumer.function:
                return name
    raise BuildError(
        f"chalice.json: {release.service} reads {consumer.queue} with {consumer.function}, and its app.py has no"
        f" function of that name. Write it there, as `@app.lambda_function()`, or name another."
    )


def further_alias(first: Resource, number: int) -> Resource:
    """Another alias of the version that is live."""
    return {**first, "Properties": {**first["Properties"], "Name": f"{ALIAS}-{number}"}}


def logical(queue: str) -> str:
    """A queue's name as part of a logical name."""
    return "".join(part.capitalize() for part in queue.replace("-", ".").replace("_", ".").split("."))


def mapping(release: Release, consumer: Consumer, called: str) -> Resource:
    """One mapping: one consumer of the queue at the broker, one call at a time of the alias.

    Its tag says where the broker brings what failed, for alarms and for whoever looks at it in the account.
    """
    properties: dict[str, Any] = {
        "EventSourceArn": release.ground("BrokerArn"),
        "FunctionName": {"Ref": called},
        "Queues": [consumer.queue],
        "BatchSize": consumer.batch,
        "MaximumBatchingWindowInSeconds": consumer.window,
        "SourceAccessConfigurations": [
            {"Type": "BASIC_AUTH", "URI": release.ground("BrokerSecretArn")},
            {"Type": "VIRTUAL_HOST", "URI": consumer.virtual_host},
        ],
        "Tags": [{"Key": "dead-letters", "Value": consumer.dead_letters}],
    }
    if consumer.filters:
        patterns = [{"Pattern": json.dumps(pattern)} for pattern in consumer.filters]
        properties["FilterCriteria"] = {"Filters": patterns}
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
