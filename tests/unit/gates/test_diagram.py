import re

from infra.diagram.__main__ import TARGET
from infra.diagram.page import picture
from infra.ground.standing import Ground
from tests.unit.gates.planting import GONE, with_changed


def words(svg: str) -> set[str]:
    return set(re.findall(r">([^<>]+)</text>", svg))


def test_picture_in_docs_is_what_the_templates_say(ground: Ground) -> None:
    assert TARGET.read_text(encoding="utf-8") == picture(ground), "python -m infra.diagram draws it anew"


def test_picture_shows_zones_stores_and_fixed_addresses(ground: Ground) -> None:
    assert {
        "eu-west-2a",
        "eu-west-1c",
        "Aurora MySQL",
        "RabbitMQ",
        "OpenSearch",
        "198.51.100.10",
        "203.0.113.12",
        "global database",
    } <= words(picture(ground))


def test_picture_follows_the_templates(ground: Ground) -> None:
    alone = with_changed(ground, {"data.Global": GONE, "groups.IndexFromFunctions": GONE})
    before, after = picture(ground), picture(alone)
    assert "global database" not in words(after)
    assert after.count(">443<") == before.count(">443<") - 2
