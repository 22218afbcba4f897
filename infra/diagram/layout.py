"""Where everything of one region stands on the page: boxes, before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.diagram.drawing import Box
from infra.diagram.scene import TIERS, Scene

ZONE_WIDTH, GUTTER, PAD = 186, 178, 14
NAT_HEIGHT, BAR_HEIGHT, CELL_HEIGHT = 48, 40, 26
EDGE_HEIGHT, EDGE_DROP, HEAD, BAND_HEAD, GAP = 46, 34, 34, 26, 10
ARRIVAL = 13  # between two arrows that arrive at one bar
CHIP_HEIGHT, CHIPS_IN_ROW = 24, 4


@dataclass(frozen=True)
class Layout:
    """The boxes of one region. Ways between bars run in a gutter, at the left where it is `mirrored`."""

    region: Box
    network: Box
    entry: Box  # the internet gateway, on the network's upper edge
    zones: Mapping[str, Box]
    bands: Mapping[str, Box]
    nats: Mapping[str, Box]
    bars: Mapping[str, Box]
    chips: tuple[Box, ...]
    mirrored: bool

    def side(self, box: Box) -> float:
        """The edge of a box that faces the gutter."""
        return box.x if self.mirrored else box.right

    def lane(self, index: int) -> float:
        """Where a way up and down the gutter runs; lane 0 is next to the bars, but for the room of a label."""
        start = next(iter(self.bands.values()))
        distance = 58 + 15 * index
        return start.x - distance if self.mirrored else start.right + distance


def width_of(scene: Scene) -> float:
    """The width of a region's panel."""
    return len(scene.zones) * ZONE_WIDTH + GUTTER + 3 * PAD


def layout_of(scene: Scene, x: float, y: float, *, mirrored: bool, chips: int) -> Layout:
    """The boxes of a region whose upper left corner is given."""
    left, top = x + PAD + (GUTTER if mirrored else PAD), y + EDGE_HEIGHT + EDGE_DROP + 40
    bands, bars = stacked(scene, left, top + HEAD)
    lower = bands[TIERS[-1]].bottom + GAP
    zones = {
        zone: Box(left + index * ZONE_WIDTH, top + 8, ZONE_WIDTH, lower - top - 8)
        for index, zone in enumerate(scene.zones)
    }
    nat_top = bands["public"].y + BAND_HEAD
    network = Box(x + PAD / 2 + 2, top, width_of(scene) - PAD - 4, lower - top + 8)
    rows = -(-chips // CHIPS_IN_ROW)
    gateway = zones[scene.zones[-1 if mirrored else 0]].centre
    return Layout(
        region=Box(x, y, width_of(scene), network.bottom + 18 + rows * (CHIP_HEIGHT + 6) - y),
        network=network,
        entry=Box(gateway - 62, top - 14, 124, 28),
        zones=zones,
        bands=bands,
        nats={zone: Box(box.x + 34, nat_top, ZONE_WIDTH - 68, NAT_HEIGHT) for zone, box in zones.items()},
        bars=bars,
        chips=tuple(chip_boxes(network, chips)),
        mirrored=mirrored,
    )


def stacked(scene: Scene, left: float, top: float) -> tuple[dict[str, Box], dict[str, Box]]:
    """The tiers one below the other, and in each its bars."""
    bands: dict[str, Box] = {}
    bars: dict[str, Box] = {}
    width, lower = len(scene.zones) * ZONE_WIDTH, top
    for tier in TIERS:
        start = lower
        lower += BAND_HEAD + (NAT_HEIGHT + GAP if tier == "public" else 0)
        for bar in scene.bars:
            if bar.tier == tier:
                bars[bar.key] = Box(left + 8, lower, width - 16, bar_height(scene, bar.key))
                lower = bars[bar.key].bottom + GAP
        bands[tier] = Box(left, start, width, lower - start)
        lower += GAP
    return bands, bars


def bar_height(scene: Scene, key: str) -> float:
    """High enough for the arrows that arrive, and for what of it stands in each zone."""
    arriving = len({edge.source for edge in scene.edges if edge.target == key})
    cells = next((CELL_HEIGHT + 6 for bar in scene.bars if bar.key == key and bar.cells), 0)
    return max(BAR_HEIGHT + cells, ARRIVAL * (arriving + 1) + 8)


def chip_boxes(network: Box, count: int) -> list[Box]:
    """A grid of small boxes below the network."""
    width = (network.width - 6 * (CHIPS_IN_ROW - 1)) / CHIPS_IN_ROW
    return [
        Box(
            network.x + (index % CHIPS_IN_ROW) * (width + 6),
            network.bottom + 10 + (index // CHIPS_IN_ROW) * (CHIP_HEIGHT + 6),
            width,
            CHIP_HEIGHT,
        )
        for index in range(count)
    ]
