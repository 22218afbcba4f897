"""A small ground and request lines, so that sums can be done by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from infra.cost.ground import Ground, Ready, Routed

Resource = Mapping[str, Any]


def a_ground(
    *resources: Resource,
    second: tuple[Resource, ...] = (),
    stage: str = "prod",
    ready: Mapping[str, Ready] | None = None,
) -> Ground:
    """A stage of these resources, in one region, or in two."""
    regions = {"eu-west-2": resources, **({"eu-west-1": second} if second else {})}
    return Ground(
        stage=stage,
        resources={
            region: {f"test.Resource{number}": one for number, one in enumerate(those)}
            for region, those in regions.items()
        },
        memory={"strangler": 512},
        default_memory=1024,
        architecture="x86_64",
        routed={"reference": Routed(10, {"legacy": Decimal(1)}, None)},
        ready=ready or {},
    )


def of_type(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource as a template has it."""
    return {"Type": kind, "Properties": properties}


LINE = {
    "message": "request",
    "timestamp": "2026-11-02 08:00:00,000+0000",
    "route": "GET /reference/api/sites/{id}",
    "stage": "legacy",
    "served_by": "legacy",
    "status": "2xx",
    "milliseconds": 104,
}
