"""Where the compiled table has been published, as a note beside the table: who moves a route must know of it."""

from collections.abc import Iterator
from typing import NamedTuple

from infra.routing.ledger import Ledger
from shared.route_items import NAME

PUBLISHED = "published"  # a kind of items in the route table, beside those of shared/route_items.py


class Published(NamedTuple):
    """A gateway that has the table's routes, of a stage in one region; regions share the table.

    `compiled` and `legacy` are its API's deployments of the table as it was, and of all routes at legacy.
    """

    stage: str
    region: str
    api: str
    compiled: str
    legacy: str
    version: int  # the table's, when it was compiled


def read_published(ledger: Ledger) -> Iterator[Published]:
    """The stages where the table has been published."""
    for item in ledger.items(PUBLISHED):
        api, compiled, legacy = (item[name]["S"] for name in ("api", "compiled", "legacy"))
        stage, _, region = item[NAME]["S"].partition("/")
        yield Published(stage, region, api, compiled, legacy, int(item["version"]["N"]))


def note_published(ledger: Ledger, published: Published) -> None:
    """Note where the table has been published."""
    texts = {name: {"S": getattr(published, name)} for name in ("api", "compiled", "legacy")}
    ledger.note(PUBLISHED, f"{published.stage}/{published.region}", published.version, texts)
