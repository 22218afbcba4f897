"""How the route table lies in DynamoDB: one compressed item per service, one small item with the version, a history.

The move of the issuers is a line of the same table, in an item like a service's.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from shared.stages import IssuerMove

KIND, NAME = "kind", "name"  # the key: hash and range
VERSION, ROUTES, HISTORY = "version", "routes", "history"  # kinds of items
CURRENT = "current"  # the name of the one version item
ISSUERS = "issuers"  # the name of the item, and of the file, that holds the issuers' one line

Spec = Mapping[str, Any]
"""A service's routes as its file tells them: `service` (name, contexts, upstream, …) and `routes`, by `METHOD /path`."""


def encode(spec: Spec) -> bytes:
    """A service's routes, compressed: some 3 KB for 333 routes."""
    return zlib.compress(json.dumps(spec, separators=(",", ":")).encode(), 9)


def decode(blob: bytes) -> Spec:
    """What `encode` was given."""
    spec: Spec = json.loads(zlib.decompress(blob))
    return spec


def issuer_move(spec: Spec) -> IssuerMove:
    """What the issuers' one line says."""
    (terms,) = spec["routes"].values()
    if isinstance(terms, str):
        terms = {"stage": terms}
    journey: str = terms.get("journey", spec["service"]["journey"])
    return IssuerMove(terms["stage"], terms.get("permyriad", 0), journey)
