"""What is kept in memory for a while: bounded in number and in time."""

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most so many values by key, each until its time; what was kept first goes first. Times are of one clock."""

    __slots__ = ("_held", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[str, tuple[float, Value]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def find(self, key: str, now: float) -> Value | None:
        """The value of a key while its time is not over."""
        held = self._held.get(key)
        return held[1] if held is not None and now < held[0] else None

    def keep(self, key: str, value: Value, until: float) -> None:
        """Keep a value, in place of what the key had."""
        self._held.pop(key, None)
        self._held[key] = until, value
        if len(self._held) > self.most:
            del self._held[next(iter(self._held))]
