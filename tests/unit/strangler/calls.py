"""Calls and tables for tests of the facade's parts."""

from collections.abc import Mapping
from typing import Any

from services.strangler.incoming import Incoming
from services.strangler.table import Table, compile_table
from shared.tokens import Identity
from tests.events import event

HEAD = {"name": "reference", "contexts": ["/reference"], "upstream": "reference", "journey": "reference"}


def spec_of(routes: Mapping[str, Any], **head: Any) -> dict[str, Any]:
    """A service's routes as its file tells them."""
    return {"service": {**HEAD, **head}, "routes": routes}


def table_of(routes: Mapping[str, Any], *, all_legacy: bool = False, **head: Any) -> Table:
    """A table of one service."""
    return compile_table([spec_of(routes, **head)], all_legacy=all_legacy)


def incoming(
    target: str = "/reference/api/sites",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    *,
    claims: Mapping[str, Any] | None = None,
    cookie_key: str = "",
    address: str = "198.51.100.7",
) -> Incoming:
    """A call; every token verifies to `claims`, or none does. Their user is called as `preferred_username` says."""
    made = event(method, target, headers or {})
    made["requestContext"]["identity"]["sourceIp"] = address
    caller = Identity(claims.get("preferred_username", ""), "keycloak", claims) if claims else None
    return Incoming(made, lambda _: caller, cookie_key)
