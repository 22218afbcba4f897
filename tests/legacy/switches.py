"""What a test may tell the stand-in to be: slow, wrong, down or gone; and what it has seen.

POST /_stand-in/mode {"mode": "normal|slow|wrong|down|drop", "seconds": 0.5, "path": "/prefix"}; the longest prefix counts.
`normal` without a path takes all back. GET /_stand-in/requests gives the last requests, DELETE forgets them.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from tests.legacy.jackson import pretty
from tests.legacy.messages import Answer, Pairs, Request, container_answer, json_answer
from tests.legacy.server import Handled

PREFIX: Final = "/_stand-in/"
MODES: Final = ("normal", "slow", "wrong", "down", "drop")
SLOW: Final = 1.0  # seconds, where no other number is given
LONGEST: Final = 60.0  # seconds
REMEMBERED: Final = 500


@dataclass(frozen=True)
class Mode:
    """How requests below a path are answered: after some seconds, and by which mode."""

    name: str
    path: str
    seconds: float

    @classmethod
    def of(cls, wanted: Any) -> "Mode":
        """The mode that a body asks for; ValueError with a sentence for any other body."""
        if not isinstance(wanted, dict) or wanted.get("mode") not in MODES:
            raise ValueError(f"Give a JSON object whose mode is one of: {', '.join(MODES)}.")
        name, path = wanted["mode"], wanted.get("path", "/")
        seconds = wanted.get("seconds", SLOW if name == "slow" else 0.0)
        if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
            raise ValueError(f"Give seconds from 0 to {LONGEST:g}.")
        if not isinstance(path, str) or not path.startswith("/"):
            raise ValueError("Give a path that begins with a slash.")
        return cls(name, path, float(seconds))


class Seen(NamedTuple):
    """A request that came."""

    method: str
    target: str
    headers: Pairs
    body_length: int
    body_digest: str

    def described(self) -> dict[str, Any]:
        """As GET /_stand-in/requests tells of it."""
        return {
            "method": self.method,
            "target": self.target,
            "headers": [list(pair) for pair in self.headers],
            "bodyLength": self.body_length,
            "bodySha256": self.body_digest,
        }


@dataclass
class Switches:
    """Stands before a handler of requests, and lets through what the modes say."""

    answer: Callable[[Request], Answer]
    modes: dict[str, Mode] = field(default_factory=dict)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def handle(self, request: Request) -> Handled:
        """The answer to a request, and the seconds to wait before it."""
        if request.path.startswith(PREFIX):
            return 0.0, self._switch(request)
        digest = hashlib.sha256(request.body).hexdigest()
        self.seen.append(Seen(request.method, request.target, request.headers, len(request.body), digest))
        mode = self._mode_of(request.path) if self.modes else None
        if mode is None:
            return 0.0, self.answer(request)
        match mode.name:
            case "drop":
                return mode.seconds, None
            case "down":
                return mode.seconds, container_answer(503, request.path)
            case "wrong":
                return mode.seconds, spoilt(self.answer(request))
        return mode.seconds, self.answer(request)

    def _mode_of(self, path: str) -> Mode | None:
        fitting = [mode for mode in self.modes.values() if path.startswith(mode.path)]
        return max(fitting, key=lambda mode: len(mode.path), default=None)

    def _switch(self, request: Request) -> Answer:
        match request.method, request.path.removeprefix(PREFIX):
            case "POST", "mode":
                return self._set(request.body)
            case "GET", "requests":
                return json_answer(200, [seen.described() for seen in self.seen])
            case "DELETE", "requests":
                self.seen.clear()
                return Answer(204)
        return container_answer(404, request.path)

    def _set(self, body: bytes) -> Answer:
        try:
            wanted = json.loads(body)
        except ValueError:
            wanted = None
        try:
            mode = Mode.of(wanted)
        except ValueError as error:
            return json_answer(400, {"message": str(error)})
        if mode.name != "normal":
            self.modes[mode.path] = mode
        elif "path" in wanted:
            self.modes.pop(mode.path, None)
        else:
            self.modes.clear()
        return Answer(204)


def spoilt(answer: Answer) -> Answer:
    """A 200 whose body differs in one value: its first text or boolean."""
    try:
        value = json.loads(answer.body)
    except ValueError:
        return replace(answer, status=200, body=answer.body + b"~")
    changed = altered(value)
    return replace(answer, status=200, body=pretty([value] if changed == value else changed).encode())


def altered(value: Any) -> Any:
    """A value with its first text or boolean changed; itself where it holds none."""
    match value:
        case str():
            return value.swapcase() if value.swapcase() != value else f"{value}~"
        case bool():
            return not value
        case dict():
            changed = {name: altered(inner) for name, inner in value.items()}
            first = next((name for name in value if changed[name] != value[name]), None)
            return value if first is None else {**value, first: changed[first]}
        case [first, *rest]:
            changed_first = altered(first)
            return [first, *altered(rest)] if changed_first == first else [changed_first, *rest]
    return value
