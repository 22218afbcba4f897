"""The whole picture: a stage in its regions, the name that callers know, and the partners that are called."""

import json
from collections.abc import Sequence

from infra.diagram.drawing import Box, Drawing, Point
from infra.diagram.layout import EDGE_HEIGHT, Layout, layout_of, width_of
from infra.diagram.panel import OUTWARD, draw_region
from infra.diagram.scene import Scene, scene_of
from infra.ground.standing import REGIONS, ROOT, Ground, Place, Standing

STAGE = "prod"  # the stage with everything in it; the others are smaller
MARGIN, BETWEEN, TOP = 24, 150, 206
INWARD, JOINED = "#7a5fc0", "#4f7fb5"
# What stands in a region beside its network, and is told by its number.
CHIPS = {
    "AWS::DynamoDB::GlobalTable": "DynamoDB tables",
    "AWS::S3::Bucket": "S3 buckets",
    "AWS::KMS::Key": "KMS keys",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::SSM::Parameter": "settings",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::SNS::Topic": "alarm topics",
    "AWS::Budgets::Budget": "budgets",
}


def picture(ground: Ground) -> str:
    """The ground of STAGE as SVG."""
    standings = [ground.standings[Place(STAGE, region)] for region in REGIONS]
    services = ", ".join(sorted(json.loads((ROOT / "chalice.json").read_text(encoding="utf-8"))["services"]))
    scenes = [scene_of(ground, standing, services) for standing in standings]
    second = MARGIN + width_of(scenes[0]) + BETWEEN
    layouts = [
        layout_of(scene, x, TOP, mirrored=mirrored, chips=len(CHIPS))
        for scene, x, mirrored in zip(scenes, (MARGIN, second), (True, False), strict=True)
    ]
    width = layouts[1].region.right + MARGIN
    drawing = Drawing(width, f"What stands where on the stage {STAGE}")
    drawing.text(Point(MARGIN, 34), f"The ground of TIS: stage {STAGE}", "title")
    drawing.text(
        Point(MARGIN, 54),
        "Drawn from infra/templates by python -m infra.diagram; addresses from infra/partners.toml.",
        "small",
    )
    for scene, layout in zip(scenes, layouts, strict=True):
        draw_region(drawing, scene, layout)
        draw_chips(drawing, scene.standing, standings, layout)
    draw_callers(drawing, scenes, layouts)
    draw_partners(drawing, ground, layouts)
    draw_joints(drawing, standings, layouts)
    bottom = draw_legend(drawing, max(layout.region.bottom for layout in layouts) + 14)
    return drawing.svg(bottom + MARGIN)


def draw_chips(drawing: Drawing, standing: Standing, standings: Sequence[Standing], layout: Layout) -> None:
    """What stands beside the network, by its number; copies that the other region makes here count."""
    for (kind, name), box in zip(CHIPS.items(), layout.chips, strict=True):
        own = len(standing.of_type(kind))
        copies = sum(
            standing.place.region in [one.get("Region") for one in replicas(resource)]
            for other in standings
            if other is not standing
            for resource in other.of_type(kind).values()
        )
        drawing.box(box, "chip")
        drawing.text(Point(box.centre, box.middle + 4), f"{name}: {own + copies}", "small middle", room=box.width - 6)


def replicas(resource: dict[str, dict[str, list[dict[str, str]]]]) -> list[dict[str, str]]:
    """The copies that a resource has in regions."""
    properties = resource["Properties"]
    return [*properties.get("Replicas", ()), *properties.get("ReplicaRegions", ())]


def draw_callers(drawing: Drawing, scenes: Sequence[Scene], layouts: Sequence[Layout]) -> None:
    """Callers, the name that they call, and the gateway of each region with its firewall and its way to the functions."""
    centre = (layouts[0].region.right + layouts[1].region.x) / 2
    name = Box(centre - 200, 62, 400, 48)
    drawing.box(name, "edge")
    record = next(
        one["Properties"]
        for one in scenes[0].standing.of_type("AWS::Route53::RecordSet").values()
        if one["Properties"].get("Failover") == "PRIMARY"
    )
    drawing.text(Point(centre, 82), f"callers: {record['Name']}", "name middle")
    drawing.text(Point(centre, 99), "Route 53, by a health check of each region's gateway", "small middle")
    for scene, layout in zip(scenes, layouts, strict=True):
        gateway = draw_gateway(drawing, scene, layout)
        first = scene is scenes[0]
        start = name.x if first else name.right
        turn = Point(gateway.centre, name.middle)
        drawing.arrow([Point(start, name.middle), turn, Point(gateway.centre, gateway.y)], INWARD, soft=not first)
        words = "in quiet times" if first else "when the first region is ill, or moved away"
        drawing.text(Point((start + gateway.centre) / 2, name.middle - 6), words, "small middle")
        draw_calls_in(drawing, scene, layout, gateway)


def draw_calls_in(drawing: Drawing, scene: Scene, layout: Layout, gateway: Box) -> None:
    """The ways from a gateway to functions and, by a link, to the balancer of the old servers."""
    lane = layout.lane(6)
    linked = ("legacy",) if scene.standing.of_type("AWS::ApiGateway::VpcLink") else ()
    for key in ("functions", *linked):
        if key in layout.bars:
            bar = layout.bars[key]
            y = bar.y + 8 if key == "functions" else bar.bottom - 9
            drawing.arrow([Point(lane, gateway.bottom), Point(lane, y), Point(layout.side(bar), y)], INWARD, soft=True)


def draw_gateway(drawing: Drawing, scene: Scene, layout: Layout) -> Box:
    """A region's gateway, over the gutter of its network."""
    edge = layout.side(layout.bands["public"])
    width = 300
    gateway = Box(edge - 176 if layout.mirrored else edge + 176 - width, layout.region.y + 34, width, EDGE_HEIGHT)
    drawing.box(gateway, "edge")
    drawing.text(Point(gateway.centre, gateway.y + 19), "API Gateway", "name middle")
    firewalls = len(scene.standing.of_type("AWS::WAFv2::WebACL"))
    guarded = "behind a firewall (WAF)" if firewalls else "without a firewall"
    drawing.text(Point(gateway.centre, gateway.y + 35), f"regional, {guarded}", "small middle")
    return gateway


def draw_partners(drawing: Drawing, ground: Ground, layouts: Sequence[Layout]) -> None:
    """Who is called, in the middle, and the ways there from both internet gateways."""
    centre = (layouts[0].region.right + layouts[1].region.x) / 2
    partners = ground.partners.get("partners", {})
    told = sorted(name for name, one in partners.items() if one.get("allows") == "address")
    box = Box(centre - 230, 134, 460, 48)
    drawing.box(box, "outside")
    drawing.text(Point(centre, 154), "the internet: partners", "name middle")
    drawing.text(Point(centre, 171), f"{', '.join(told)} let in by address", "small middle", room=390)
    for layout in layouts:
        x = min(max(layout.entry.centre, box.x + 12), box.right - 12)
        turn = (layout.region.y + box.bottom) / 2
        points = [Point(layout.entry.centre, layout.entry.y), Point(layout.entry.centre, turn), Point(x, turn)]
        drawing.arrow([*points, Point(x, box.bottom)], OUTWARD)


def draw_joints(drawing: Drawing, standings: Sequence[Standing], layouts: Sequence[Layout]) -> None:
    """What joins the regions: the global database, and tables and secrets that are replicated."""
    left, right = layouts
    joints = []
    if standings[0].of_type("AWS::RDS::GlobalCluster"):
        joints.append((left.bars["database"].middle, "global database"))
    tables = left.chips[list(CHIPS).index("AWS::DynamoDB::GlobalTable")]
    copied = (one for one in standings[0].resources.values() if replicas(one))
    if any(copied):
        joints.append((tables.middle, "tables, secrets"))
    for y, name in joints:
        start = left.region.right if y == tables.middle else left.bars["database"].right
        end = right.region.x if y == tables.middle else right.bars["database"].x
        drawing.arrow([Point(start, y), Point(end, y)], JOINED)
        drawing.text(Point((start + end) / 2, y - 6), name, "name middle")
        drawing.text(Point((start + end) / 2, y + 15), "replicated", "small middle")


def draw_legend(drawing: Drawing, y: float) -> float:
    """What the lines mean; gives where the legend ends."""
    lines = (
        (OUTWARD, False, "route to the internet, by a fixed address"),
        (INWARD, True, "calls, by API Gateway"),
        ("#3b8a3b", False, "what security groups let through, from the bar of that colour, with the port"),
        (JOINED, False, "replication"),
    )
    x = float(MARGIN)
    for colour, soft, words in lines:
        drawing.arrow([Point(x, y + 10), Point(x + 34, y + 10)], colour, soft=soft)
        drawing.text(Point(x + 42, y + 14), words, "small")
        x += 70 + 5.6 * len(words)
    return y + 16
