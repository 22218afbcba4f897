"""What has been changed on the table, as people want it before they undo something."""

from collections.abc import Iterator
from dataclasses import replace

from infra.routing.files import anonymous
from infra.routing.ledger import Entry, Ledger
from infra.routing.moves import find_route
from shared.route_items import ISSUERS


def history_of(ledger: Ledger, route: str | None = None) -> list[Entry]:
    """All changes of the table, the latest first; or those of a route, with its moves alone. Raises RoutesError."""
    if route is None:
        return ledger.history()
    service, name = find_route(ledger.read(), route)
    return list(changes_of(ledger.history(), service, name))


def changes_of(history: list[Entry], service: str, route: str) -> Iterator[Entry]:
    """The changes that moved a route, or all routes at once; the issuers' line is no part of those."""
    for entry in history:
        moved = tuple(move for move in entry.moves if anonymous(move.route) == anonymous(route))
        if moved or (entry.all_legacy is not None and service != ISSUERS):
            yield replace(entry, moves=moved)
