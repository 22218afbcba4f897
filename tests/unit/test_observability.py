"""A request's two lines, against those that Powertools' own Logger and Metrics write."""

import json
import re
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from infra.local.environments.context import Context
from shared import observability
from shared.observability import KEPT_FRAGMENTS, RequestLines

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1"
LABELS = {"route": "GET /x/{id}", "stage": "live", "served_by": "reference", "status": "2xx"}
FACTS = {"method": "GET", "status_code": 200}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Lambda sets it."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tis-strangler")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "tis")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)


def written(
    capsys: pytest.CaptureFixture[str], context: Any, *, trace: str = TRACE, correlation_id: str = "c-1"
) -> tuple[Any, Any]:
    """Our line and blob."""
    lines = RequestLines("strangler", tuple(LABELS), tuple(FACTS))
    lines.write(
        tuple(LABELS.values()),
        tuple(FACTS.values()),
        0.0123456,
        correlation_id=correlation_id,
        context=context,
        trace=trace,
    )
    line, blob = capsys.readouterr().out.removesuffix("\n").split("\n")
    return json.loads(line), json.loads(blob)


def powertools(capsys: pytest.CaptureFixture[str], context: Context) -> tuple[Any, Any]:
    """Powertools' line and blob for the same request."""
    logger = Logger()

    @logger.inject_lambda_context(correlation_id_path="id")
    def handle(_: Any, __: Any) -> None:
        logger.info("request", extra={**LABELS, **FACTS, "milliseconds": 12.346})

    handle({"id": "c-1"}, context)
    metrics = Metrics()
    for name, value in LABELS.items():
        metrics.add_dimension(name, value)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, 12.346)
    metrics.flush_metrics()
    line, blob = capsys.readouterr().out.splitlines()
    return json.loads(line), json.loads(blob)


def shape(value: Any) -> Any:
    """A value without what differs from call to call."""
    if isinstance(value, dict):
        return {name: shape(held) for name, held in value.items() if name not in ("location", "timestamp", "Timestamp")}
    return [shape(held) for held in value] if isinstance(value, list) else value


def test_lines_are_those_of_powertools(capsys: pytest.CaptureFixture[str]) -> None:
    context = Context("tis-strangler", deadline=1e9)
    ours, theirs = written(capsys, context), powertools(capsys, context)
    for mine, reference in zip(ours, theirs, strict=True):
        assert shape(mine) == shape(reference)
        assert set(mine) == set(reference)
    assert set(ours[1]["_aws"]) == set(theirs[1]["_aws"])
    for name, form in (("timestamp", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\+0000"), ("location", r"\w+:\d+")):
        assert re.fullmatch(form, ours[0][name])
        assert re.fullmatch(form, theirs[0][name])
    assert abs(ours[1]["_aws"]["Timestamp"] - theirs[1]["_aws"]["Timestamp"]) < 60_000


def test_first_request_alone_is_a_cold_start(capsys: pytest.CaptureFixture[str]) -> None:
    lines = RequestLines("strangler", (), ())
    for _ in range(2):
        lines.write((), (), 0.1, correlation_id="c", context=Context("f", deadline=1e9))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["cold_start"] for line in told if "level" in line] == [True, False]


def test_without_context_and_trace_their_keys_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    line, _ = written(capsys, None, trace="")
    assert not {"cold_start", "function_name", "xray_trace_id"} & set(line)


@pytest.mark.parametrize("text", ['"}\n{"level":"ERROR', "\u2028é\\", "\x00"])
def test_no_text_breaks_out_of_its_line(capsys: pytest.CaptureFixture[str], text: str) -> None:
    line, _ = written(capsys, None, correlation_id=text, trace=f"Root={text}")
    assert (line["correlation_id"], line["level"]) == (text, "INFO")


def test_what_is_kept_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    lines = RequestLines("strangler", ("route",), ("status_code",))
    for number in range(KEPT_FRAGMENTS + 5):
        lines.write((f"r{number}",), (200,), 0.1, correlation_id="c")
    assert len(lines._fragments) == 5
    capsys.readouterr()


def test_logger_is_powertools() -> None:
    assert isinstance(observability.logger, Logger)
    with pytest.raises(AttributeError):
        observability.loger  # noqa: B018 - the access is the test
