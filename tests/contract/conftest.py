"""The recordings are played one after another, on one load of the rows: later ones rely on what earlier ones left."""

from collections.abc import Callable, Iterator

import pytest

from shared.http.service import Service


@pytest.fixture(scope="module")
def reference_app(open_reference: Callable[[], Service]) -> Iterator[Service]:
    """The reference service on a database that holds the recorded rows, loaded once."""
    service = open_reference()
    yield service
    service.database.drop()
