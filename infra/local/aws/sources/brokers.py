"""Amazon MQ event source mappings: batches of a RabbitMQ queue's messages are handed to their function, one at a time.

The broker is the one that TIS_AMQP_URL names, whichever the mapping's ARN means. As at Lambda a batch that failed goes back
to its queue whole: how often it comes again is the queue's own affair.
"""

import base64
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import orjson
from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.aws.sources.amqp import BrokerError, Channel, Delivery
from infra.local.aws.sources.queues import target_of
from infra.local.aws.sources.retries import Run
from infra.local.aws.standing import REGIONS

BROKER = "TIS_AMQP_URL"
WINDOW_SECONDS = 0.5  # how long a batch is filled, where the mapping says nothing
LOOK_SECONDS, PAUSE_SECONDS = 0.1, 1.0
MOMENT = "%b %d, %Y, %I:%M:%S %p"


class Brokers:
    """All mappings of Amazon MQ, each with a thread of its own."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._followed: dict[str, threading.Thread] = {}

    def tick(self) -> None:
        """Follow the mappings that are not followed yet."""
        for mapping in live_mappings():
            thread = self._followed.get(mapping.uuid)
            if thread is None or not thread.is_alive():
                self._followed[mapping.uuid] = threading.Thread(target=self._follow, args=(mapping,), daemon=True)
                self._followed[mapping.uuid].start()

    def _follow(self, mapping: EventSourceMapping) -> None:
        """Hand messages over until the mapping is gone, or the broker is, which the next look finds again."""
        queue = str((mapping.queues or [""])[0])
        try:
            with Channel(broker_url(), vhost_of(mapping)) as channel:
                while mapping.uuid in {one.uuid for one in live_mappings()}:
                    self._hand_over(mapping, channel, queue)
        except BrokerError as error:
            print(f"The mapping of queue {queue!r} waits: {error}", file=sys.stderr, flush=True)
            time.sleep(PAUSE_SECONDS)

    def _hand_over(self, mapping: EventSourceMapping, channel: Channel, queue: str) -> None:
        batch = filled(channel, queue, int(mapping.batch_size), float(mapping.max_batch_window or WINDOW_SECONDS))
        if not batch:
            time.sleep(LOOK_SECONDS)
            return
        event = {
            "eventSource": "aws:rmq",
            "eventSourceArn": mapping.event_source_arn,
            "rmqMessagesByQueue": {f"{queue}::{vhost_of(mapping)}": list(map(record_of, batch))},
        }
        failed = True
        try:
            _, failed = self._run(target_of(mapping), orjson.dumps(event))
        except Exception as error:  # noqa: BLE001 - the gateway may be away for a moment: the batch comes again
            print(f"The mapping of queue {queue!r}: {error}", file=sys.stderr, flush=True)
        channel.settle(batch[-1].tag, done=not failed)
        if failed:
            time.sleep(PAUSE_SECONDS)


def broker_url() -> str:
    """The broker's address. Raises BrokerError where none is named."""
    url = os.environ.get(BROKER)
    if not url:
        raise BrokerError(f"{BROKER} names no broker, as amqp://guest:guest@127.0.0.1:5672 does")
    return url


def live_mappings() -> Iterator[EventSourceMapping]:
    """The mappings of Amazon MQ that are enabled."""
    for region in REGIONS:
        for mapping in list(lambda_backends[DEFAULT_ACCOUNT_ID][region].list_event_source_mappings("", "")):
            if mapping.enabled and ":mq:" in mapping.event_source_arn:
                yield mapping


def vhost_of(mapping: EventSourceMapping) -> str:
    """The virtual host that a mapping names, `/` where it names none."""
    told = {one["Type"]: one["URI"] for one in mapping.source_access_config or ()}
    return str(told.get("VIRTUAL_HOST", "/"))


def filled(channel: Channel, queue: str, size: int, seconds: float) -> list[Delivery]:
    """Up to `size` messages; once there is one, others are waited for."""
    batch: list[Delivery] = []
    deadline = 0.0
    while len(batch) < size:
        delivery = channel.get(queue)
        if delivery is not None:
            deadline = deadline or time.monotonic() + seconds
            batch.append(delivery)
        elif not batch or time.monotonic() > deadline:
            break
        else:
            time.sleep(LOOK_SECONDS)
    return batch


def record_of(delivery: Delivery) -> dict[str, Any]:
    """A message as Lambda hands it to a function."""
    told = dict(delivery.properties)
    told["headers"] = plain(told["headers"] or {})
    if told["timestamp"] is not None:
        told["timestamp"] = time.strftime(MOMENT, time.gmtime(told["timestamp"]))
    data = base64.b64encode(delivery.body).decode()
    return {"basicProperties": told, "redelivered": delivery.redelivered, "data": data}


def plain(value: Any) -> Any:
    """A header's value in JSON: texts are lists of their bytes there, as Lambda has them."""
    if isinstance(value, str):
        return {"bytes": list(value.encode())}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value
