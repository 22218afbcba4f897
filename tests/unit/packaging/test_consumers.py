"""Consumers of the broker, and the other events that call functions."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.build.manifest import BuildError
from infra.packaging.events import event_resources
from infra.packaging.merging import merge_template
from infra.packaging.release import Release
from infra.packaging.terms import Consumer, Extras
from tests.unit.packaging.conftest import Packed
from tests.unit.packaging.test_templates import CONSUMER, faults, of_type, with_consumer

Make = Callable[..., Release]
EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "SQS": ({"Queue": "arn:aws:sqs:eu-west-2:123456789012:pairs", "BatchSize": 5}, "AWS::Lambda::EventSourceMapping"),
    "Schedule": ({"Schedule": "rate(1 minute)"}, "AWS::Events::Rule"),
    "CloudWatchEvent": ({"Pattern": {"source": ["aws.health"]}}, "AWS::Events::Rule"),
    "SNS": ({"Topic": {"Fn::Sub": "arn:${AWS::Partition}:sns:eu-west-2:123456789012:told"}}, "AWS::SNS::Subscription"),
}


def mappings(consumer: Consumer, packed: Packed, make: Make) -> dict[str, Any]:
    template = merge_template(make("reference", Extras(consumers=(consumer,))), with_consumer(packed["reference"]))
    return of_type(template, "AWS::Lambda::EventSourceMapping")


def test_a_consumer_reads_its_queue_with_the_brokers_secret(packed: Packed, release: Make) -> None:
    found = mappings(CONSUMER.model_copy(update={"concurrency": 1}), packed, release)
    assert list(found) == ["ReadChangesTisChanges1"]
    mapping = found["ReadChangesTisChanges1"]
    assert mapping["EventSourceArn"] == {"Fn::ImportValue": "tis-prod-BrokerArn"}
    assert mapping["FunctionName"] == {"Ref": "ReadChangesLive"}
    assert (mapping["Queues"], mapping["BatchSize"]) == (["tis.changes"], 50)
    assert mapping["SourceAccessConfigurations"] == [
        {"Type": "BASIC_AUTH", "URI": {"Fn::ImportValue": "tis-prod-BrokerSecretArn"}},
        {"Type": "VIRTUAL_HOST", "URI": "/"},
    ]
    assert mapping["Tags"] == [{"Key": "dead-letters", "Value": "tis.changes.dead"}]
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"data": {}}'}]}


def test_each_call_at_a_time_has_a_mapping_and_an_alias_of_its_own(packed: Packed, release: Make) -> None:
    called = [one["FunctionName"]["Ref"] for one in mappings(CONSUMER, packed, release).values()]
    assert called == ["ReadChangesLive", "ReadChangesLive2", "ReadChangesLive3"]
    template = merge_template(release("reference", Extras(consumers=(CONSUMER,))), with_consumer(packed["reference"]))
    aliases = of_type(template, "AWS::Lambda::Alias")
    assert aliases["ReadChangesLive3"] == {**aliases["ReadChangesLive"], "Name": "live-3"}


def test_its_role_may_find_the_broker_and_read_its_secret(packed: Packed, release: Make) -> None:
    template = merge_template(release("reference", Extras(consumers=(CONSUMER,))), with_consumer(packed["reference"]))
    (role,) = of_type(template, "AWS::IAM::Role").values()
    granted = {
        action: statement["Resource"]
        for statement in role["Policies"][1]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    assert granted["mq:DescribeBroker"] == [{"Fn::ImportValue": "tis-prod-BrokerArn"}]
    assert granted["secretsmanager:GetSecretValue"] == [{"Fn::ImportValue": "tis-prod-BrokerSecretArn"}]


def test_a_consumer_without_its_function_is_refused(packed: Packed, release: Make) -> None:
    with pytest.raises(BuildError, match=r"reference reads tis\.changes with read_changes, and its app\.py has no"):
        merge_template(release("reference", Extras(consumers=(CONSUMER,))), packed["reference"])


@pytest.mark.parametrize("kind", EVENTS)
def test_events_of_chalice_become_plain_resources(kind: str, packed: Packed, release: Make) -> None:
    properties, expected = EVENTS[kind]
    template = with_consumer(packed["reference"])
    function = template["Resources"]["ReadChanges"]
    function["Properties"]["Events"] = {"Told": {"Type": kind, "Properties": properties}}
    plain = merge_template(release("reference"), template)
    assert plain["Resources"]["Told"]["Type"] == expected
    assert '"ReadChangesLive"' in str(plain["Resources"]["Told"]).replace("'", '"')
    assert faults(plain) == []


def test_an_event_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BuildError, match="ReadChanges is called by an event of the kind Alexa"):
        event_resources("ReadChanges", {"Told": {"Type": "Alexa", "Properties": {}}})
