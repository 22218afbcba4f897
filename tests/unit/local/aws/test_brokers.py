"""Amazon MQ's event source, on a real RabbitMQ."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest

from infra.local.aws.sources.amqp import BrokerError, Channel
from tests.unit.local.aws.rabbit import available, running_rabbit
from tests.unit.local.aws.running import RunningAws, await_that, running_aws

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not available(), reason="needs RabbitMQ: apt-get install rabbitmq-server"),
]

PROPERTIES = pika.BasicProperties(
    content_type="text/plain", headers={"kind": "x", "count": 7}, delivery_mode=2, timestamp=0
)
NOTES = """
    import json, pathlib
    def handler(event, context):
        with open({file!r}, "a") as file:
            file.write(json.dumps(event) + chr(10))
        if pathlib.Path({file!r} + ".fail").exists():
            raise ValueError("as asked")
"""


class Publisher(Channel):
    """What a test needs beside."""

    def declare(self, queue: str) -> None:
        self._channel.queue_declare(queue)

    def publish(self, queue: str, body: bytes) -> None:
        self._channel.basic_publish("", queue, body, PROPERTIES)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_rabbit(tmp_path_factory.mktemp("rabbit")) as url:
        yield url


@pytest.fixture(scope="module")
def broker_aws(rabbit: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAws]:
    """A local AWS that is told of the broker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIS_AMQP_URL", rabbit)
        with running_aws(tmp_path_factory.mktemp("aws")) as running:
            yield running


def mapped(aws: RunningAws, queue: str, **more: Any) -> tuple[Path, str]:
    """A function that notes the messages of a queue in a file, and its mapping."""
    file = aws.folder.path / f"{queue}.events"
    aws.deploy(queue, NOTES.format(file=str(file)))
    made = aws.client("lambda").create_event_source_mapping(
        EventSourceArn="arn:aws:mq:eu-west-2:123456789012:broker:tis:b-1",
        FunctionName=queue,
        Queues=[queue],
        SourceAccessConfigurations=[{"Type": "VIRTUAL_HOST", "URI": "/"}],
        **more,
    )
    return file, made["UUID"]


def noted(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def messages(file: Path, queue: str) -> list[str]:
    told = [one for event in noted(file) for one in event["rmqMessagesByQueue"][f"{queue}::/"]]
    return [base64.b64decode(one["data"]).decode() for one in told]


def test_messages_reach_the_function_in_batches(broker_aws: RunningAws, rabbit: str) -> None:
    with Publisher(rabbit, "/") as publisher:
        publisher.declare("plain")
        for number in range(5):
            publisher.publish("plain", f"message {number}".encode())
        file, _ = mapped(broker_aws, "plain", BatchSize=3)
        await_that(lambda: len(messages(file, "plain")) == 5)
        assert publisher.get("plain") is None
    assert sorted(messages(file, "plain")) == [f"message {number}" for number in range(5)]
    event = noted(file)[0]
    first = event["rmqMessagesByQueue"]["plain::/"][0]
    assert (event["eventSource"], first["redelivered"]) == ("aws:rmq", False)
    assert len(event["rmqMessagesByQueue"]["plain::/"]) <= 3
    told = first["basicProperties"]
    assert (told["contentType"], told["deliveryMode"], told["bodySize"]) == ("text/plain", 2, 9)
    assert told["headers"] == {"kind": {"bytes": [120]}, "count": 7}
    assert told["timestamp"] == "Jan 01, 1970, 12:00:00 AM"


def test_batch_that_failed_comes_again(broker_aws: RunningAws, rabbit: str) -> None:
    with Publisher(rabbit, "/") as publisher:
        publisher.declare("again")
        publisher.publish("again", b"one")
        fail = broker_aws.folder.path / "again.events.fail"
        fail.touch()
        file, mapping = mapped(broker_aws, "again")
        await_that(lambda: len(noted(file)) > 1)
        assert noted(file)[1]["rmqMessagesByQueue"]["again::/"][0]["redelivered"] is True
        fail.unlink()
        count = len(noted(file))
        await_that(lambda: len(noted(file)) > count)
        broker_aws.client("lambda").delete_event_source_mapping(UUID=mapping)
        publisher.publish("again", b"two")
        await_that(lambda: publisher.get("again") is not None or "two" in messages(file, "again"))


def test_unknown_queue_is_refused_in_the_brokers_words(rabbit: str) -> None:
    with Channel(rabbit, "/") as channel, pytest.raises(BrokerError, match="NOT_FOUND"):
        channel.get("nothing")


def test_broker_that_is_not_there_is_told() -> None:
    with pytest.raises(BrokerError, match="cannot be reached"):
        Channel("amqp://127.0.0.1:1", "/")
