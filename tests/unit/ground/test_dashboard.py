"""The dashboard is a page that CloudWatch can draw, with callers' pain at its top."""

import json
from typing import Any

import pytest

from tests.unit.ground.places import PLACES, Place

WIDTH = 24
LIMITS = {"text": 0, "metric": 500}  # metrics of a widget
KEYS = {"type", "x", "y", "width", "height", "properties"}
PAIN = ("5XXError", "Latency")


def widgets(place: Place) -> list[dict[str, Any]]:
    [(_, page)] = place.resources("AWS::CloudWatch::Dashboard")
    found: list[dict[str, Any]] = json.loads(page["DashboardBody"])["widgets"]
    return found


def cells(widget: dict[str, Any]) -> set[tuple[int, int]]:
    across = range(widget["x"], widget["x"] + widget["width"])
    return {(x, y) for x in across for y in range(widget["y"], widget["y"] + widget["height"])}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_widgets_fit_the_page_and_do_not_overlap(place: Place) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets(place):
        assert widget.keys() == KEYS
        assert widget["x"] + widget["width"] <= WIDTH
        assert not taken & cells(widget), f"{widget['properties']} lies on another"
        taken |= cells(widget)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_graphs_say_what_they_show_and_where(place: Place) -> None:
    graphs = [one["properties"] for one in widgets(place) if one["type"] == "metric"]
    assert len({one["title"] for one in graphs}) == len(graphs)
    for graph in graphs:
        assert graph["region"] == place.region
        assert 0 < len(graph["metrics"]) <= LIMITS["metric"]
        for expression in expressions(graph):
            assert expression.count("(") == expression.count(")")
            assert expression.count('"') % 2 == expression.count("'") % 2 == 0


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_nothing_stays_to_be_filled_in(place: Place) -> None:
    for widget in widgets(place):
        assert "${" not in json.dumps(widget)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_callers_pain_comes_first(place: Place) -> None:
    graphs = sorted((one for one in widgets(place) if one["type"] == "metric"), key=lambda one: (one["y"], one["x"]))
    for metric, graph in zip(PAIN, graphs, strict=False):
        assert metric in expressions(graph["properties"])[0]
    machines = [one["y"] for one in graphs if "CPUUtilization" in json.dumps(one)]
    assert min(machines) > max(one["y"] for one in graphs if "AWS/ApiGateway" in json.dumps(one))


def expressions(graph: dict[str, Any]) -> list[str]:
    return [row[0]["expression"] for row in graph["metrics"] if isinstance(row[0], dict)]
