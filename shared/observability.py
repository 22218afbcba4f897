"""Logs and metrics in Powertools' formats.

`logger` is Powertools' Logger, imported when it is first used. A request writes one log line and one metrics blob by
`RequestLines`, which costs a tenth of Powertools' own way; a test holds the two equal. No line carries personal data,
tokens or values of a query: a route is told by its template.
"""

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    logger: Logger

KEPT_FRAGMENTS = 10_000

encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class RequestLines:
    """Writes the two lines of each request of a service. What stays the same between calls becomes JSON once.

    `dimensions` name those of the metrics, `facts` what the log line tells besides. `service` is the service's name where
    POWERTOOLS_SERVICE_NAME does not tell it.
    """

    def __init__(self, service: str, dimensions: tuple[str, ...], facts: tuple[str, ...]) -> None:
        self._dimensions, self._facts = dimensions, facts
        self._service = f'"service":{encode(os.environ.get("POWERTOOLS_SERVICE_NAME", service))}'
        latency = {"Name": "Latency", "Unit": "Milliseconds"}
        namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "TIS")
        metrics = [{"Namespace": namespace, "Dimensions": [[*dimensions, "service"]], "Metrics": [latency]}]
        self._metrics = f'"CloudWatchMetrics":{encode(metrics)}'
        self._fragments: dict[tuple[Any, ...], tuple[str, str]] = {}
        self._function, self._cold = "", "true"
        self._second, self._stamp = 0, ""

    def write(
        self,
        dimensions: tuple[str, ...],
        facts: tuple[Any, ...],
        seconds: float,
        *,
        correlation_id: str,
        context: Any = None,
        trace: str = "",
    ) -> None:
        """Write a request's line and metrics at once. `context` is Lambda's, `trace` is X-Amzn-Trace-Id."""
        now, milliseconds = time.time(), round(seconds * 1000, 3)
        labels, told = self._fragments.get((dimensions, facts)) or self._fragment(dimensions, facts)
        function = "" if context is None else self._of_lambda(context)
        root = f',"xray_trace_id":{encode(root_of(trace))}' if trace else ""
        sys.stdout.write(
            f'{{{HEAD},"timestamp":"{self._timestamp(now)}",{self._service},{function}'
            f'"correlation_id":{encode(correlation_id)},{labels}{told}"milliseconds":{milliseconds}{root}}}\n'
            f'{{"_aws":{{"Timestamp":{int(now * 1000)},{self._metrics}}},{labels}{self._service},'
            f'"Latency":[{milliseconds}]}}\n'
        )
        self._cold = "false"

    def _fragment(self, dimensions: tuple[str, ...], facts: tuple[Any, ...]) -> tuple[str, str]:
        if len(self._fragments) >= KEPT_FRAGMENTS:
            self._fragments.clear()
        made = members(self._dimensions, dimensions), members(self._facts, facts)
        self._fragments[dimensions, facts] = made
        return made

    def _of_lambda(self, context: Any) -> str:
        if not self._function:
            names = "function_name", "function_memory_size", "function_arn"
            values = context.function_name, context.memory_limit_in_mb, context.invoked_function_arn
            self._function = members(names, values)
        request_id = encode(context.aws_request_id)
        return f'"cold_start":{self._cold},{self._function}"function_request_id":{request_id},'

    def _timestamp(self, now: float) -> str:
        second = int(now)
        if second != self._second:
            self._second, self._stamp = second, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
        return f"{self._stamp},{int((now - second) * 1000):03}+0000"


def members(names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    """Members of a JSON object, each with a comma behind it."""
    return "".join(f"{encode(name)}:{encode(value)}," for name, value in zip(names, values, strict=True))


def root_of(trace: str) -> str:
    """The id in X-Amzn-Trace-Id, as Powertools logs it."""
    return trace.partition("Root=")[2].partition(";")[0]


HEAD = members(
    ("level", "location", "message"),
    ("INFO", f"write:{RequestLines.write.__code__.co_firstlineno}", "request"),
)[:-1]


def __getattr__(name: str) -> Any:
    """`logger`, at its first use."""
    if name != "logger":
        raise AttributeError(name)
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - 26 ms that a start without anything to log need not pay

    globals()["logger"] = found = Logger()
    return found
