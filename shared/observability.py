"""Logs and metrics in Powertools' formats.

`logger` is Powertools' Logger, imported when it is first used. Each request writes one log line and one metrics blob by
`log_request`, which costs a tenth of Powertools' own way; a test holds the two equal. No line carries personal data,
tokens or values of a query: a route is told by its template.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    logger: Logger

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Lines:
    """Writes the lines of one service's requests; `name` falls to POWERTOOLS_SERVICE_NAME where that is set."""

    def __init__(self, name: str, dimensions: tuple[str, ...]) -> None:
        self._service = os.environ.get("POWERTOOLS_SERVICE_NAME", name)
        self._second, self._stamp, self._cold = 0, "", True
        self._metrics = [
            {
                "Namespace": os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "TIS"),
                "Dimensions": [[*dimensions, "service"]],
                "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}],
            }
        ]

    def log_request(
        self,
        dimensions: Mapping[str, str],
        facts: Mapping[str, Any],
        seconds: float,
        *,
        context: Any = None,
        trace: list[str] | None = None,
    ) -> None:
        """Write a request's log line (dimensions and facts) and its metrics blob (latency, by dimensions) at once.

        `context` is Lambda's, `trace` the values of X-Amzn-Trace-Id.
        """
        milliseconds = round(seconds * 1000, 3)
        now = time.time()
        line = {
            "level": "INFO",
            "location": LOCATION,
            "message": "request",
            "timestamp": self._timestamp(now),
            "service": self._service,
            **(self._of_lambda(context) if context is not None else {}),
            **dimensions,
            **facts,
            "milliseconds": milliseconds,
        }
        if trace is not None:
            line["xray_trace_id"] = trace[0].partition("Root=")[2].partition(";")[0]
        blob = {
            "_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": self._metrics},
            **dimensions,
            "service": self._service,
            "Latency": [milliseconds],
        }
        self._cold = False
        sys.stdout.write(f"{encode(line)}\n{encode(blob)}\n")

    def _timestamp(self, now: float) -> str:
        second = int(now)
        if second != self._second:
            self._second, self._stamp = second, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
        return f"{self._stamp},{int((now - second) * 1000):03}+0000"

    def _of_lambda(self, context: Any) -> dict[str, Any]:
        return {
            "cold_start": self._cold,
            "function_name": context.function_name,
            "function_memory_size": context.memory_limit_in_mb,
            "function_arn": context.invoked_function_arn,
            "function_request_id": context.aws_request_id,
        }


LOCATION = f"log_request:{Lines.log_request.__code__.co_firstlineno}"


def __getattr__(name: str) -> Any:
    """`logger`, at its first use."""
    if name != "logger":
        raise AttributeError(name)
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - 26 ms that a start without anything to log need not pay

    globals()["logger"] = found = Logger()
    return found
