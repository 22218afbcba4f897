"""Figures that can be trusted on a busy machine, and the line in which a benchmark tells one.

The sides of a comparison take turns, call by call, so that a busy moment meets all of them; medians are compared.
"""

import gc
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

Line = dict[str, Any]

WARM_ROUNDS = 5
LOAD_SECONDS = 4
LOAD_GRACE = 15  # seconds until a load that does not end is ended


class CannotRun(Exception):
    """The benchmark needs something that this machine, or this checkout, lacks; the message says what."""


def line(
    name: str,
    value: float,
    unit: str,
    *,
    peer: str | None = None,
    ratio: float | None = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Line:
    """A line of the result. The bound is the ratio's where there is one, else the value's; none at all is met."""
    judged = value if ratio is None else ratio
    met = (at_most is None or judged <= at_most) and (at_least is None or judged >= at_least)
    return {
        "name": name,
        "value": _rounded(value),
        "unit": unit,
        "peer": peer,
        "ratio": _rounded(ratio),
        "bound": at_least if at_most is None else at_most,
        "met": met,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def tell(text: str) -> None:
    """Progress, for people: on stderr."""
    sys.stderr.write(f"{text}\n")


@dataclass(frozen=True)
class Timings:
    """Seconds that a call of each side took, one for each round."""

    rounds: Mapping[str, list[float]]

    def median(self, side: str) -> float:
        """The median of a side, in seconds."""
        return median(self.rounds[side])

    def ratio(self, side: str, peer: str) -> float:
        """How many times as long as its peer a side takes: the median of the rounds' own ratios."""
        return median(ours / theirs for ours, theirs in zip(self.rounds[side], self.rounds[peer], strict=True))

    def added(self, side: str, base: str) -> float:
        """How many seconds longer than its base a side takes: the median of the rounds' own differences."""
        return median(ours - theirs for ours, theirs in zip(self.rounds[side], self.rounds[base], strict=True))

    def against(self, side: str, peer: str) -> dict[str, Any]:
        """The `peer` and `ratio` of a line."""
        return {"peer": f"{peer}: {self.median(peer) * 1e3:.3g} ms", "ratio": self.ratio(side, peer)}


def take_turns(sides: Mapping[str, Callable[[], object]], *, rounds: int, calls: int = 1) -> Timings:
    """The timings of functions that are called in turn, `calls` times each a round, forwards and backwards by turns."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    with _settled_heap():
        for number in range(-WARM_ROUNDS, rounds):
            for name, function in list(sides.items())[:: -1 if number % 2 else 1]:
                start = time.perf_counter()
                for _ in range(calls):
                    function()
                taken = (time.perf_counter() - start) / calls
                if number >= 0:
                    found[name].append(taken)
    return Timings(found)


@contextmanager
def _settled_heap() -> Iterator[None]:
    """What was made so far is left out of garbage collection, as in an execution environment that is warm."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass(frozen=True)
class Load:
    """What wrk measured: median latency in milliseconds, answers a second, and how many were errors."""

    median_ms: float
    per_second: float
    errors: int


def load(url: str, connections: int, headers: Mapping[str, str] | None = None, seconds: int = LOAD_SECONDS) -> Load:
    """The load that wrk puts on a URL over so many kept connections, for a few seconds. Raises CannotRun."""
    program = shutil.which("wrk")
    if program is None:
        raise CannotRun("wrk is not installed here: apt-get install wrk")
    sent = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", *sent, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + LOAD_GRACE, check=True)
    return read_load(done.stdout)


def read_load(text: str) -> Load:
    """The figures in what wrk prints."""
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)\b", text).groups()  # type: ignore[union-attr]
    per_second = re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)  # type: ignore[union-attr]
    statuses = re.findall(r"Non-2xx or 3xx responses: (\d+)", text)
    sockets = re.findall(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    errors = sum(map(int, [*statuses, *(sockets[0] if sockets else ())]))
    return Load(float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], float(per_second), errors)
