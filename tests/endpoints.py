"""The endpoints of all services, as their code tells them."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from shared.http.endpoint import Endpoint
from shared.http.service import Service

ROOT = Path(__file__).resolve().parents[1]


@cache
def coded_endpoints() -> dict[str, Sequence[Endpoint]]:
    """The endpoints of each service that has any, by its name: all but the facade."""
    names = sorted(file.parent.name for file in ROOT.glob("services/*/app.py"))
    apps = {name: import_module(f"services.{name}.app").app for name in names}
    return {name: app.endpoints for name, app in apps.items() if isinstance(app, Service)}


def name_of(endpoint: Endpoint) -> str:
    """Method and template."""
    return f"{endpoint.method} {endpoint.template}"
