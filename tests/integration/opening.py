"""Services on their recorded rows, and somebody who may call all their endpoints."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from infra.data import seed
from tests.authority.people import ALMIGHTY, with_users
from tests.contract.exchanges import read_dataset
from tests.contract.opening import open_service, tokens_of
from tests.identity import Issuer
from tests.integration.caller import Caller

PLANNER = "planner"  # the caller of reference's recordings who may do everything


@contextmanager
def calling(name: str, url: str, issuer: Issuer) -> Iterator[Caller]:
    """A caller of a service on its recorded rows, freshly loaded; profile's callers are users, who are added to them."""
    service = open_service(name, url, issuer)
    if name == "profile":
        seed.load(url, name, with_users(read_dataset(name)))
        yield Caller(service, cache(issuer.token), ALMIGHTY)
    else:
        yield Caller(service, tokens_of(name, issuer), PLANNER)
    service.database.drop()
