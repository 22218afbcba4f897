import pytest

from infra.gates.ground import Ground, read_ground


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The checkout's own."""
    return read_ground()
