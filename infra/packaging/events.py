"""What calls a function beside the API: Chalice's short forms of events as plain resources."""

from collections.abc import Callable
from typing import Any

from infra.build.manifest import BuildError
from infra.packaging.functions import alias_of
from infra.packaging.gateway import invoke_permission
from infra.packaging.release import Resource, Resources, attribute


def polled(source: str) -> Callable[[str, str, Resource], Resources]:
    """A queue or stream that Lambda reads; `source` is the event's name for its ARN."""

    def resources(name: str, function: str, event: Resource) -> Resources:
        settings = {key: value for key, value in event.items() if key != source}
        properties = {"EventSourceArn": event[source], "FunctionName": {"Ref": alias_of(function)}, **settings}
        return {name: {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}}

    return resources


def ruled(field: str, property_name: str) -> Callable[[str, str, Resource], Resources]:
    """A rule of EventBridge, by its schedule or by a pattern of events."""

    def resources(name: str, function: str, event: Resource) -> Resources:
        alias = {"Ref": alias_of(function)}
        properties = {property_name: event[field], "Targets": [{"Id": function, "Arn": alias}]}
        return {
            name: {"Type": "AWS::Events::Rule", "Properties": properties},
            f"{name}Permission": invoke_permission(alias, "events.amazonaws.com", attribute(name)),
        }

    return resources


def subscribed(name: str, function: str, event: Resource) -> Resources:
    """A topic of SNS."""
    alias = {"Ref": alias_of(function)}
    properties = {"TopicArn": event["Topic"], "Protocol": "lambda", "Endpoint": alias}
    return {
        name: {"Type": "AWS::SNS::Subscription", "Properties": properties},
        f"{name}Permission": invoke_permission(alias, "sns.amazonaws.com", event["Topic"]),
    }


FORMS: dict[str, Callable[[str, str, Resource], Resources]] = {
    "CloudWatchEvent": ruled("Pattern", "EventPattern"),
    "DynamoDB": polled("Stream"),
    "Kinesis": polled("Stream"),
    "SNS": subscribed,
    "SQS": polled("Queue"),
    "Schedule": ruled("Schedule", "ScheduleExpression"),
}


def event_resources(function: str, events: dict[str, Any]) -> Resources:
    """The resources of a function's events; BuildError for a kind that is not known here."""
    resources: Resources = {}
    for name, event in events.items():
        if event["Type"] not in FORMS:
            raise BuildError(f"{function} is called by an event of the kind {event['Type']}, which {__name__} lacks.")
        resources |= FORMS[event["Type"]](name, function, event["Properties"])
    return resources
