"""For tests that send anything: what is refused is refused by the declared exception, and in words."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def maybe_refused(kind: type[Exception]) -> Iterator[None]:
    """Lets the exception pass where it says something; any other one, or a silent one, fails the test."""
    try:
        yield
    except kind as error:
        if not str(error).strip():
            raise AssertionError("refused without a word") from error
