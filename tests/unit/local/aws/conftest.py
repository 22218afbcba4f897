"""One local AWS for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.unit.local.aws.running import RunningAws, running_aws


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAws]:
    """Where functions and APIs of the tests are deployed, each under a name of its own."""
    with running_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running
