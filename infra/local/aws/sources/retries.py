"""Asynchronous invocations: taken at once, run later, tried three times in all, and then told to whom the function names.

Lambda waits one minute before its second try and two before its third; here it is one second and two.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from moto.awslambda.models import lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

AT_ONCE = 32  # invocations
TRIES = 3
PAUSES = (1.0, 2.0)  # seconds

Run = Callable[[str, bytes], tuple[bytes, bool]]  # ARN, event; result, whether it failed


class Retries:
    """Invocations that nobody waits for."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._workers = ThreadPoolExecutor(AT_ONCE, "async-invocation")

    def take(self, arn: str, event: bytes) -> None:
        """Have a function run with an event, soon."""
        self._workers.submit(self._try, arn, event, 1)

    def _try(self, arn: str, event: bytes, number: int) -> None:
        result, failed = self._attempt(arn, event)
        if not failed:
            return
        config = invoke_config(arn)
        if number < min(TRIES, 1 + int(config.get("MaximumRetryAttempts", TRIES - 1))):
            later(PAUSES[number - 1], lambda: self._workers.submit(self._try, arn, event, number + 1))
        else:
            give_up(arn, event, result, number, config)

    def _attempt(self, arn: str, event: bytes) -> tuple[bytes, bool]:
        try:
            return self._run(arn, event)
        except Exception as error:  # noqa: BLE001 - the gateway may be away for a moment: a failed try, as any other
            return orjson.dumps({"errorMessage": str(error)}), True


def later(seconds: float, work: Callable[[], Any]) -> None:
    """Do something after a while, on a thread that ends with the process."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()


def invoke_config(arn: str) -> dict[str, Any]:
    """What a function says of its asynchronous invocations."""
    region, name = arn.split(":")[3], arn.split(":")[6]
    function = lambda_backends[DEFAULT_ACCOUNT_ID][region].get_function(name)
    configs = function.event_invoke_config
    return dict(configs[0].config) if configs else {}


def give_up(arn: str, event: bytes, result: bytes, tries: int, config: dict[str, Any]) -> None:
    """Tell the function's destination for failures, where it has one that is a queue of SQS."""
    place = str(config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""))
    if ":sqs:" not in place:
        return
    _, _, _, region, account, name = place.split(":")
    told = {
        "version": "1.0",
        "requestContext": {"functionArn": arn, "condition": "RetriesExhausted", "approximateInvokeCount": tries},
        "requestPayload": orjson.loads(event),
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": orjson.loads(result),
    }
    sqs_backends[account][region].send_message(name, orjson.dumps(told).decode())
