import pytest

from infra.ground.standing import Ground, read_ground


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The checkout's own."""
    return read_ground()
