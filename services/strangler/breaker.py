"""What keeps a failing upstream from being asked again and again: a circuit breaker and a budget for retries.

Both belong to one execution environment, which has one call at a time: hence counters that fade with time, and small
minima.
"""

from math import exp

MINIMUM_CALLS = 4.5  # faded weight of calls below which nothing is judged: five within two seconds
FAILURE_SHARE = 0.5
FADE_SECONDS = 10.0  # a call weighs 1/e after so long
OPEN_SECONDS = 2.0  # until one call may try again
RETRY_SHARE, RETRY_MINIMUM = 0.2, 3.0  # retries per call, and those that are granted at once


class Breaker:
    """Closed; open once half of the calls failed, counted from a first failure on and fading with time.

    After OPEN_SECONDS one call tries, and settles it.
    """

    __slots__ = ("_calls", "_failures", "_seen", "opened")

    def __init__(self) -> None:
        self._calls = self._failures = self._seen = 0.0
        self.opened: float | None = None

    def admits(self, now: float) -> bool:
        """May the upstream be asked at this time (seconds of a monotonic clock)?"""
        return self.opened is None or now - self.opened >= OPEN_SECONDS

    def succeeded(self) -> None:
        """A call was answered: closes the breaker."""
        if self.opened is not None:
            self.opened, self._calls, self._failures = None, 0.0, 0.0
        elif self._failures:
            self._calls += 1.0

    def failed(self, now: float) -> None:
        """A call failed: opens the breaker when it was one too many, or when the breaker was only trying."""
        fade = exp((self._seen - now) / FADE_SECONDS)
        self._calls, self._failures, self._seen = self._calls * fade + 1.0, self._failures * fade + 1.0, now
        if self.opened is not None or (self._calls >= MINIMUM_CALLS and self._failures >= FAILURE_SHARE * self._calls):
            self.opened = now


class RetryBudget:
    """Retries for a fifth of the calls, and three at once: a broken upstream is not asked twice for long."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = RETRY_MINIMUM

    def earn(self) -> None:
        """A call has come in."""
        if self.left < RETRY_MINIMUM:
            self.left += RETRY_SHARE

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True
