"""The strangler facade as a function: it answers before Chalice's dispatch (docs/adr/0003). Start reading at facade.py."""

from functools import cached_property
from typing import Any

from chalice.app import Chalice

from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.store import DynamoSource
from shared.config import load

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Strangler(Chalice):
    """Publishes one greedy resource; every HTTP event goes to the facade, all else to Chalice."""

    @cached_property
    def facade(self) -> Facade:
        """Built at the first call, from the environment."""
        settings = load(Settings)
        return Facade(settings, DynamoSource(settings.routes_table))

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer an event."""
        return self.facade.answer(event, context) if "httpMethod" in event else super().__call__(event, context)


app = Strangler(app_name="strangler")
app.api.binary_types = ["*/*"]  # bodies come and go as bytes, compressed ones too


def no_view() -> None:
    """Stands in Chalice's table; calls never reach it."""


for path in ("/", "/{proxy+}"):
    app.route(path, methods=METHODS, content_types=["*/*"])(no_view)
