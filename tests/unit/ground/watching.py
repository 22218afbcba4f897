"""Which alarms a steady hour of metrics would raise, worked out as CloudWatch does: by dimensions, or by a query."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

QUERY = re.compile(
    r"SELECT (?P<statistic>AVG|MAX|MIN|SUM)\((?P<metric>[^)]+)\) "
    r"FROM (?:SCHEMA\((?P<schema>[^)]+)\)|(?P<namespace>\"[^\"]+\"))"
    r"(?: WHERE (?P<where>\S+ = '[^']*'(?: AND \S+ = '[^']*')*))?"
    r"(?: GROUP BY (?P<groups>\w+(?:, \w+)*))?"
    r"(?: ORDER BY (?:AVG|MAX|MIN|SUM)\(\) DESC)?"
)
MINUTE = 60  # seconds
BEYOND = 9.99  # ten, less what a float may lack
STATISTICS: dict[str, Callable[[Sequence[float], float], float]] = {
    "Average": lambda samples, _: sum(samples) / len(samples),
    "Maximum": lambda samples, _: max(samples),
    "Minimum": lambda samples, _: min(samples),
    "Sum": lambda samples, minutes: sum(samples) * minutes,
}
QUERIED = {"AVG": "Average", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}

Alarm = Mapping[str, Any]


@dataclass(frozen=True)
class Series:
    """A metric and what is sampled of it in every minute of the hour."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    samples: tuple[float, ...]


def raised(alarms: Iterable[Alarm], hour: Sequence[Series]) -> set[str]:
    """The names of the alarms that such an hour raises."""
    return {str(alarm["AlarmName"]) for alarm in alarms if is_raised(alarm, hour)}


def is_raised(alarm: Alarm, hour: Sequence[Series]) -> bool:
    values = list(queried(alarm, hour) if "Metrics" in alarm else told(alarm, hour))
    if not values:
        return bool(alarm["TreatMissingData"] == "breaching")
    compare = COMPARISONS[alarm["ComparisonOperator"]]
    return any(compare(value, float(alarm["Threshold"])) for value in values)


def told(alarm: Alarm, hour: Sequence[Series]) -> Iterator[float]:
    """The value of the one series that an alarm names by all of its dimensions."""
    dimensions = {one["Name"]: str(one["Value"]) for one in alarm["Dimensions"]}
    for one in hour:
        if (one.namespace, one.metric, one.dimensions) == (alarm["Namespace"], alarm["MetricName"], dimensions):
            minutes = alarm["Period"] / MINUTE
            if alarm.get("EvaluateLowSampleCountPercentile") == "ignore" and is_too_few(
                alarm, len(one.samples) * minutes
            ):
                continue
            yield statistic(alarm.get("ExtendedStatistic") or alarm["Statistic"], one.samples, minutes)


def is_too_few(alarm: Alarm, samples: float) -> bool:
    """CloudWatch wants ten samples beyond a percentile, as it says on "percentile-based alarms and low data samples"."""
    share = float(str(alarm["ExtendedStatistic"]).removeprefix("p")) / 100
    return samples * (1 - share) < BEYOND


def queried(alarm: Alarm, hour: Sequence[Series]) -> Iterator[float]:
    """The values of all series that an alarm's query gives, one for each group."""
    [metric] = alarm["Metrics"]
    query = QUERY.fullmatch(" ".join(metric["Expression"].split()))
    assert query, f"{metric['Expression']} is no query that this test understands"
    groups: dict[tuple[str, ...], list[float]] = {}
    for one in hour:
        if is_asked(query, one):
            key = tuple(one.dimensions[name] for name in words(query["groups"]))
            groups.setdefault(key, []).extend(one.samples)
    for samples in groups.values():
        yield statistic(QUERIED[query["statistic"]], samples, metric["Period"] / MINUTE)


def is_asked(query: re.Match[str], series: Series) -> bool:
    """Does a query's FROM and WHERE take a series in? With a SCHEMA only one that has just its dimensions."""
    namespace, *dimensions = words(query["schema"] or query["namespace"])
    return (
        (series.namespace, series.metric) == (namespace, query["metric"].strip('"'))
        and (query["schema"] is None or set(dimensions) == set(series.dimensions))
        and all(series.dimensions.get(name) == value for name, value in conditions(query["where"]))
    )


def words(text: str | None) -> list[str]:
    return [] if text is None else [word.strip().strip('"') for word in text.split(",")]


def conditions(text: str | None) -> list[tuple[str, str]]:
    return [] if text is None else re.findall(r"(\S+) = '([^']*)'", text)


def statistic(name: str, samples: Sequence[float], minutes: float) -> float:
    """What CloudWatch makes of a period's samples: a statistic by its name, or a percentile."""
    if name in STATISTICS:
        return STATISTICS[name](samples, minutes)
    rank = math.ceil(float(name.removeprefix("p")) / 100 * len(samples))
    return sorted(samples)[rank - 1]
