"""Services as they were when they were recorded: their rows freshly loaded, whom they ask played by the recordings."""

import copy
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Final

from infra.data import seed
from shared.db import Database
from shared.http.service import Service
from tests.contract.exchanges import read_callers, read_dataset
from tests.contract.known_bodies import KnownBodies
from tests.contract.player import TokenFor
from tests.identity import Issuer, Profile


def ask_recorded_profile(service: Service) -> None:
    """Let a service find in the recordings what its callers may do."""
    service.principals = Profile(
        {name: one for name, one in read_callers(service.app_name).items() if one}
    ).principals()


def ask_recorded_bodies(_: Service) -> None:
    """Let profile, which looks its callers up itself, find in the recordings which designated bodies there are."""
    import_module("services.profile.bodies").bodies.reference = KnownBodies()


# The services that have recordings and are rebuilt, and how each comes to know what it asks others for.
SERVICES: Final[dict[str, Callable[[Service], None]]] = {
    "reference": ask_recorded_profile,
    "profile": ask_recorded_bodies,
}


def open_service(name: str, url: str, issuer: Issuer) -> Service:
    """A service on a database that is filled anew with the rows of its recordings. Drop its `database` afterwards."""
    seed.load(url, name, read_dataset(name))
    service: Service = copy.copy(import_module(f"services.{name}.app").app)  # the one app of the process stays as it is
    service.database = Database(url)
    service.verifier = issuer.verifier()
    SERVICES[name](service)
    return service


def tokens_of(name: str, issuer: Issuer) -> TokenFor:
    """The tokens of a service's recorded callers by their names; None for the anonymous one."""
    callers = read_callers(name)

    @cache
    def token_for(caller: str) -> str | None:
        found = callers[caller]
        return None if found is None else issuer.token(found["user"])

    return token_for
