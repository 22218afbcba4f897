"""Queues and schedules drive their functions."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.aws.sources.schedules import Schedules
from infra.local.environments.context import REGION
from tests.unit.local.aws.running import RunningAws, await_that

NOTES = """
    import json, os
    def handler(event, context):
        with open({file!r}, "a") as file:
            file.write(json.dumps(event) + chr(10))
        {end}
"""


def noted(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def consumer(aws: RunningAws) -> Iterator[Callable[..., tuple[str, Path]]]:
    """Makes a queue whose messages go to a function, which notes its events in a file and then does as told."""
    mappings: list[str] = []

    def make(name: str, end: str, **mapping: Any) -> tuple[str, Path]:
        file = aws.folder.path / f"{name}.events"
        sqs = aws.client("sqs")
        dead = arn_of(aws, sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"])
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
        queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1", "RedrivePolicy": redrive})
        aws.deploy(name, NOTES.format(file=str(file), end=end))
        made = aws.client("lambda").create_event_source_mapping(
            EventSourceArn=arn_of(aws, queue["QueueUrl"]), FunctionName=name, **mapping
        )
        mappings.append(made["UUID"])
        return queue["QueueUrl"], file

    yield make
    for mapping in mappings:
        aws.client("lambda").delete_event_source_mapping(UUID=mapping)


def arn_of(aws: RunningAws, url: str) -> str:
    told = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(told["Attributes"]["QueueArn"])


def left_in(aws: RunningAws, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def bodies(event: dict[str, Any]) -> list[str]:
    return [record["body"] for record in event["Records"]]


def test_messages_reach_the_function_and_are_gone(aws: RunningAws, consumer: Callable[..., tuple[str, Path]]) -> None:
    url, file = consumer("sqs-fine", "return None", BatchSize=5)
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="one", MessageAttributes=attributes)
    await_that(lambda: left_in(aws, url) == 0)
    record = noted(file)[0]["Records"][0]
    assert (record["body"], record["eventSource"], record["eventSourceARN"]) == ("one", "aws:sqs", arn_of(aws, url))
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {"kind": {"stringValue": "x", "dataType": "String"}}


def test_many_messages_come_in_batches(aws: RunningAws, consumer: Callable[..., tuple[str, Path]]) -> None:
    url, file = consumer("sqs-many", "return None", BatchSize=4)
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(10)]
    aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    await_that(lambda: left_in(aws, url) == 0)
    events = noted(file)
    assert sorted(body for event in events for body in bodies(event)) == sorted(map(str, range(10)))
    assert max(len(bodies(event)) for event in events) <= 4


def test_what_fails_comes_back_and_ends_with_the_dead_letters(
    aws: RunningAws, consumer: Callable[..., tuple[str, Path]]
) -> None:
    url, file = consumer("sqs-fails", "raise ValueError('no')")
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="poison")
    dead = f"{url}-dead"
    await_that(lambda: left_in(aws, dead) == 1)
    counts = [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in noted(file)]
    assert counts == ["1", "2"]


def test_only_the_messages_that_failed_come_back(aws: RunningAws, consumer: Callable[..., tuple[str, Path]]) -> None:
    end = "return {'batchItemFailures': [{'itemIdentifier': r['messageId']} for r in event['Records'] if r['body'] == 'bad']}"
    url, file = consumer("sqs-partial", end, FunctionResponseTypes=["ReportBatchItemFailures"])
    entries = [{"Id": body, "MessageBody": body} for body in ("good", "bad")]
    aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    await_that(lambda: left_in(aws, f"{url}-dead") == 1)
    told = [body for event in noted(file) for body in bodies(event)]
    assert (told.count("good"), told.count("bad")) == (1, 2)


def test_answer_that_names_no_message_fails_the_whole_batch(
    aws: RunningAws, consumer: Callable[..., tuple[str, Path]]
) -> None:
    end = "return {'batchItemFailures': [{'itemIdentifier': 'unknown'}]}"
    url, _ = consumer("sqs-unknown", end, FunctionResponseTypes=["ReportBatchItemFailures"])
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="one")
    await_that(lambda: left_in(aws, f"{url}-dead") == 1)


def test_disabled_mapping_leaves_its_queue_alone(aws: RunningAws, consumer: Callable[..., tuple[str, Path]]) -> None:
    url, file = consumer("sqs-off", "return None", Enabled=False)
    live, other = consumer("sqs-on", "return None")
    for one in (url, live):
        aws.client("sqs").send_message(QueueUrl=one, MessageBody="one")
    await_that(lambda: len(noted(other)) == 1)
    assert (left_in(aws, url), noted(file)) == (1, [])


@mock_aws
def test_schedules_invoke_their_targets_when_they_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:"
    events, scheduler = boto3.client("events", REGION), boto3.client("scheduler", REGION)
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(
        Rule="hourly",
        Targets=[{"Id": "1", "Arn": f"{arn}plain"}, {"Id": "2", "Arn": f"{arn}told:live", "Input": '{"a":1}'}],
    )
    events.put_rule(Name="off", ScheduleExpression="rate(1 minute)", State="DISABLED")
    events.put_targets(Rule="off", Targets=[{"Id": "1", "Arn": f"{arn}off"}])
    events.put_rule(Name="bad", ScheduleExpression="cron(61 * * * ? *)")
    events.put_targets(Rule="bad", Targets=[{"Id": "1", "Arn": f"{arn}bad"}])
    scheduler.create_schedule(
        Name="london",
        ScheduleExpression="cron(0 9 * * ? *)",
        ScheduleExpressionTimezone="Europe/London",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"{arn}london", "RoleArn": "arn:aws:iam::123456789012:role/any", "Input": "{}"},
    )
    invoked: list[tuple[str, Any]] = []
    schedules = Schedules(lambda target, event: invoked.append((target.removeprefix(arn), json.loads(event))))
    start = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    for minute in range(120):
        schedules.tick(start + timedelta(minutes=minute))
    names = [name for name, _ in invoked]
    assert names == ["plain", "told:live", "london"]  # at 7:30, 7:30, and 8:00, which is nine o'clock in London
    assert invoked[1][1] == {"a": 1}
    assert (invoked[0][1]["detail-type"], invoked[0][1]["source"]) == ("Scheduled Event", "aws.events")
    events.remove_targets(Rule="hourly", Ids=["1", "2"])
    events.delete_rule(Name="hourly")
    schedules.tick(start + timedelta(hours=9))
    assert names == [name for name, _ in invoked]
