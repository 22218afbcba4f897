"""SQS event source mappings: batches are taken from queues and handed to functions; what fails comes back.

As at Lambda a batch that failed is left alone until its messages may be seen again, and one that names the messages that
failed leaves only these. A queue's redrive policy then counts them out to its dead letters.
"""

import base64
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from infra.local.aws.sources.retries import Run
from infra.local.aws.standing import REGIONS

AT_ONCE = 5  # batches of one mapping, as many as Lambda begins with
PARTIAL = "ReportBatchItemFailures"


class Queues:
    """All mappings of SQS."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._workers = ThreadPoolExecutor(AT_ONCE * 4, "queue")
        self._running: Counter[str] = Counter()

    def tick(self) -> None:
        """Take what is in the queues, as far as there is room."""
        for mapping, sqs, queue in live_mappings():
            while self._running[mapping.uuid] < room_of(mapping):
                hidden = int(queue.visibility_timeout or 0)  # type: ignore[attr-defined]
                messages = sqs.receive_message(queue.name, int(mapping.batch_size), 0, hidden, ["All"])
                if not messages:
                    break
                self._running[mapping.uuid] += 1
                self._workers.submit(self._hand_over, mapping, sqs, queue, messages)

    def _hand_over(self, mapping: EventSourceMapping, sqs: SQSBackend, queue: Queue, messages: list[Message]) -> None:
        try:
            event = {"Records": [record_of(message, queue) for message in messages]}
            result, failed = self._run(target_of(mapping), orjson.dumps(event))
            lost = {message.id for message in messages} if failed else failed_ids(mapping, result, messages)
            for message in messages:
                if message.id not in lost:
                    sqs.delete_message(queue.name, str(message.receipt_handle))
        finally:
            self._running[mapping.uuid] -= 1


def live_mappings() -> Iterator[tuple[EventSourceMapping, SQSBackend, Queue]]:
    """The mappings that are enabled, with their queues."""
    for region in REGIONS:
        sqs = sqs_backends[DEFAULT_ACCOUNT_ID][region]
        queues = {queue.queue_arn: queue for queue in list(sqs.queues.values())}
        for mapping in list(lambda_backends[DEFAULT_ACCOUNT_ID][region].list_event_source_mappings("", "")):
            if mapping.enabled and mapping.event_source_arn in queues:
                yield mapping, sqs, queues[mapping.event_source_arn]


def room_of(mapping: EventSourceMapping) -> int:
    """How many batches of a mapping may run at a time."""
    return int((mapping.scaling_config or {}).get("MaximumConcurrency", AT_ONCE))


def target_of(mapping: EventSourceMapping) -> str:
    """The function's ARN, with the alias or version that the mapping names."""
    name = str(mapping.function_name)
    if name.startswith("arn:"):
        return name
    return f"arn:aws:lambda:{mapping.region}:{mapping.account_id}:function:{name}"


def failed_ids(mapping: EventSourceMapping, result: bytes, messages: list[Message]) -> set[str]:
    """The messages that a function says it failed with; all of them where it says so in a way that is none."""
    if PARTIAL not in (mapping.function_response_types or ()):
        return set()
    known = {message.id for message in messages}
    try:
        told = {item["itemIdentifier"] for item in (orjson.loads(result) or {}).get("batchItemFailures") or ()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return known
    return told if told.issubset(known) else known


def record_of(message: Message, queue: Queue) -> dict[str, Any]:
    """A message as Lambda hands it to a function."""
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        "MessageGroupId": message.group_id,
        "MessageDeduplicationId": message.deduplication_id,
        "SequenceNumber": message.sequence_number,
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {name: value for name, value in attributes.items() if value is not None},
        "messageAttributes": {name: attribute_of(told) for name, told in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def attribute_of(told: dict[str, Any]) -> dict[str, Any]:
    """A message's attribute as Lambda writes it."""
    binary = told.get("BinaryValue")
    if isinstance(binary, bytes):
        binary = base64.b64encode(binary).decode()
    fields = {"stringValue": told.get("StringValue"), "binaryValue": binary, "dataType": told["DataType"]}
    return {name: value for name, value in fields.items() if value is not None}
