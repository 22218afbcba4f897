"""One region drawn: its network by zones and tiers, what stands in it, and who may call whom."""

from infra.diagram.drawing import Box, Drawing, Point
from infra.diagram.layout import ARRIVAL, ZONE_WIDTH, Layout
from infra.diagram.scene import Bar, Scene

COLOURS = {"functions": "#3b8a3b", "rotation": "#a87a24", "proxy": "#2f6db3", "reports": "#22879a", "broker": "#9a4fb0"}
OTHER, OUTWARD = "#5a6773", "#cf6f2a"


def draw_region(drawing: Drawing, scene: Scene, layout: Layout) -> None:
    """The whole panel but for what joins it to the rest of the page."""
    place = scene.standing.place
    drawing.box(layout.region, "region")
    edge = layout.region.x + 12 if layout.mirrored else layout.region.right - 12
    drawing.text(Point(edge, layout.region.y + 22), f"region {place.region}", "head" if layout.mirrored else "head end")
    drawing.box(layout.network, "network")
    for tier, band in layout.bands.items():
        drawing.box(band, tier)
        drawing.text(Point(band.x + 8, band.y + 16), tier, "name")
    for zone, box in layout.zones.items():
        draw_zone(drawing, scene, layout, zone, box)
    draw_ways_out(drawing, scene, layout)
    for bar in scene.bars:
        draw_bar(drawing, layout, bar)
    draw_edges(drawing, scene, layout)


def draw_zone(drawing: Drawing, scene: Scene, layout: Layout, zone: str, box: Box) -> None:
    """A zone's column, with the addresses of its subnets."""
    drawing.box(box, "zone")
    at = box.right - 10 if layout.entry.x < box.centre < layout.entry.right else box.centre
    drawing.text(Point(at, box.y + 18), zone, "name end" if at != box.centre else "name middle")
    for tier, band in layout.bands.items():
        drawing.text(Point(box.right - 8, band.y + 16), scene.blocks.get((tier, zone), ""), "small end")


def draw_ways_out(drawing: Drawing, scene: Scene, layout: Layout) -> None:
    """NAT gateways with their addresses, whose functions leave by them, and the internet gateway that they leave by."""
    functions = layout.bars.get("functions", layout.bands["private"])
    rail = layout.zones[scene.zones[0]].y + 25
    for way in scene.exits:
        nat = layout.nats[way.zone]
        for zone in way.serves:
            start, end = layout.nats[zone].centre, nat.centre
            turn = layout.bands["private"].y - 5
            points = [Point(start, functions.y), Point(start, turn), Point(end, turn), Point(end, nat.bottom)]
            drawing.arrow(points if start != end else [points[0], points[-1]], OUTWARD)
        drawing.arrow([Point(nat.centre, nat.y), Point(nat.centre, rail)], OUTWARD, head=False)
        drawing.box(nat, "gateway", f"{way.output}: {way.address}")
        drawing.text(Point(nat.centre, nat.y + 19), "NAT gateway", "name middle")
        drawing.text(Point(nat.centre, nat.y + 36), way.address, "middle")
    ends = [layout.nats[way.zone].centre for way in scene.exits]
    if ends:
        drawing.arrow([Point(min(ends), rail), Point(max(ends), rail)], OUTWARD, head=False)
        drawing.arrow([Point(layout.entry.centre, rail), Point(layout.entry.centre, layout.entry.bottom)], OUTWARD)
    drawing.box(layout.entry, "gateway")
    drawing.text(Point(layout.entry.centre, layout.entry.middle + 4), "internet gateway", "name middle")


def draw_bar(drawing: Drawing, layout: Layout, bar: Bar) -> None:
    """One bar over the zones, and its parts in each of them."""
    box = layout.bars[bar.key]
    drawing.box(box, bar.style)
    drawing.text(Point(box.x + 12, box.y + 17 if bar.detail else box.middle + 4), bar.title, "name")
    drawing.text(Point(box.x + 12, box.y + 32), bar.detail, "small", room=box.width - 24)
    for zone, text in bar.cells.items():
        column = layout.zones[zone]
        cell = Box(column.x + 20, box.bottom - 31, ZONE_WIDTH - 40, 24)
        drawing.box(cell, "cell")
        drawing.text(Point(cell.centre, cell.middle + 4), text, "small middle", room=cell.width - 4)


def draw_edges(drawing: Drawing, scene: Scene, layout: Layout) -> None:
    """Who may call whom: from each bar one way down the gutter, with a branch to each that it calls."""
    sources = sorted({edge.source for edge in scene.edges}, key=lambda key: (span(scene, layout, key), key))
    arrived: dict[str, int] = {}
    inward = 1 if layout.mirrored else -1
    for index, source in enumerate(sources):
        colour, lane, start = COLOURS.get(source, OTHER), layout.lane(index), layout.bars[source]
        leaving = start.bottom - 7
        for edge in scene.edges:
            if edge.source != source:
                continue
            target = layout.bars[edge.target]
            arrived[edge.target] = arrived.get(edge.target, 0) + 1
            y, end = target.y + ARRIVAL * arrived[edge.target] + 2, layout.side(target)
            ways = [Point(layout.side(start), leaving), Point(lane, leaving), Point(lane, y), Point(end, y)]
            drawing.arrow(ways, colour)
            drawing.text(Point(end - inward * 28, y - 2), edge.port.removeprefix("tcp "), "port middle")


def span(scene: Scene, layout: Layout, source: str) -> float:
    """How far the ways of a bar reach up and down; the short ones run next to the bars."""
    ends = [layout.bars[edge.target].middle for edge in scene.edges if edge.source == source]
    return max(abs(layout.bars[source].middle - end) for end in ends)
