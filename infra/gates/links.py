"""The links gate: what a stack imports, another exports, and no two stacks wait for each other."""

from collections.abc import Iterator
from typing import Any

from infra.gates.findings import Finding
from infra.ground.standing import Ground, Standing

GATE = "links"
NOWHERE = "<nowhere."


def break_links(ground: Ground) -> Iterator[Finding]:
    """Imports of what nobody exports, in any place."""
    told: set[tuple[str, str]] = set()
    for standing in ground.standings.values():
        for name, export in lost_imports(standing):
            if (name, export) not in told:
                told.add((name, export))
                yield Finding(
                    GATE,
                    ground.file(name),
                    name.partition(".")[2],
                    "not_exported",
                    f"In {standing.place} it imports {export}, which no template exports there.",
                    "Export it under that name, or import it under a condition that holds where it is exported.",
                )


def lost_imports(standing: Standing) -> Iterator[tuple[str, str]]:
    """(resource, export) for each import that leads nowhere."""
    for name, resource in standing.resources.items():
        for text in texts(resource["Properties"]):
            for part in text.split(NOWHERE)[1:]:
                yield name, part.partition(">")[0]


def texts(value: Any) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
