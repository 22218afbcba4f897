"""The calls that wait for an environment: each for a bounded time, those from outside and from inside apart."""

import asyncio
from collections import deque

from infra.local.environments.source import Runner

Place = asyncio.Future[Runner]


class Throttled(Exception):
    """All environments are busy, and have been for as long as a call may wait."""


class Waiting:
    """Two queues: of calls from outside, and of calls from inside."""

    def __init__(self) -> None:
        self._places: tuple[deque[Place], deque[Place]] = (deque(), deque())

    def count(self, inner: bool) -> int:
        """How many wait."""
        return len(self._places[inner])

    def join(self, inner: bool) -> Place:
        """A place at the end of a queue, to be kept with `keep`."""
        place: Place = asyncio.get_running_loop().create_future()
        self._places[inner].append(place)
        return place

    async def keep(self, place: Place, inner: bool, seconds: float) -> Runner:
        """The environment, once it is this place's turn. Raises Throttled when that takes longer than `seconds`."""
        timer = asyncio.get_running_loop().call_later(seconds, self._turn_away, place, inner)
        try:
            return await place
        finally:
            timer.cancel()

    def serve(self, inner: bool, environment: Runner) -> None:
        """Give an environment to the first in a queue."""
        self._places[inner].popleft().set_result(environment)

    def disband(self, error: Exception) -> None:
        """Tell all that there will be none."""
        for places in self._places:
            while places:
                places.popleft().set_exception(error)

    def _turn_away(self, place: Place, inner: bool) -> None:
        if not place.done():
            self._places[inner].remove(place)
            place.set_exception(Throttled())
