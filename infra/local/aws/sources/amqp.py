"""One channel to a RabbitMQ broker, by pika: messages are got from a queue, and settled."""

from dataclasses import dataclass
from typing import Any, Self

import pika
from pika.exceptions import AMQPError

ANSWER_SECONDS = 10.0
PROPERTIES = {
    "contentType": "content_type",
    "contentEncoding": "content_encoding",
    "headers": "headers",
    "deliveryMode": "delivery_mode",
    "priority": "priority",
    "correlationId": "correlation_id",
    "replyTo": "reply_to",
    "expiration": "expiration",
    "messageId": "message_id",
    "timestamp": "timestamp",
    "type": "type",
    "userId": "user_id",
    "appId": "app_id",
    "clusterId": "cluster_id",
}  # Lambda's names and pika's


class BrokerError(Exception):
    """The broker cannot be asked, or refused; the message says why."""


@dataclass(frozen=True)
class Delivery:
    """A message that has been got and is to be settled by its tag."""

    tag: int
    redelivered: bool
    properties: dict[str, Any]
    body: bytes


class Channel:
    """A connection with its one channel; leaving its `with` block closes it, and what is not settled goes back."""

    def __init__(self, url: str, vhost: str) -> None:
        parameters = pika.URLParameters(url)
        parameters.virtual_host = vhost
        parameters.heartbeat = 0  # a function may take longer than a heartbeat, and nobody reads meanwhile
        parameters.socket_timeout = parameters.blocked_connection_timeout = ANSWER_SECONDS
        try:
            self._connection = pika.BlockingConnection(parameters)
            self._channel = self._connection.channel()
        except (AMQPError, OSError) as error:
            raise BrokerError(f"{parameters.host}:{parameters.port} cannot be reached: {error!r}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it: the broker takes back what is not settled."""
        if self._connection.is_open:
            self._connection.close()

    def get(self, queue: str) -> Delivery | None:
        """The queue's next message; None where it has none. Raises BrokerError, for an unknown queue too."""
        try:
            method, properties, body = self._channel.basic_get(queue)
        except AMQPError as error:
            raise BrokerError(f"the broker refuses: {error}") from error
        if method is None:
            return None
        told = {name: getattr(properties, attribute) for name, attribute in PROPERTIES.items()}
        return Delivery(method.delivery_tag, method.redelivered, {**told, "bodySize": len(body)}, body)

    def settle(self, tag: int, *, done: bool) -> None:
        """All messages up to a tag are done with, or go back to their queue. Raises BrokerError."""
        try:
            if done:
                self._channel.basic_ack(tag, multiple=True)
            else:
                self._channel.basic_nack(tag, multiple=True)
        except AMQPError as error:
            raise BrokerError(f"the broker is gone: {error}") from error
