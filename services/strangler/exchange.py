"""Asking the upstreams: within a deadline, guarded by breakers, again only where that is safe, and legacy as a fallback."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from services.strangler.breaker import OPEN_SECONDS, Breaker, RetryBudget
from services.strangler.forward import Trace, leg
from services.strangler.problems import TOO_LARGE_TO_GIVE, Refusal, unavailable
from services.strangler.table import Decision
from shared import observability
from shared.calling.client import Dropped, Failure, Oversized, Silent, TimedOut, Unreached, Upstream
from shared.calling.wire import Answer
from shared.stages import LEGACY

FAILING = (
    500,
    502,
    503,
    504,
)  # answers of a service that are worth a fallback: it answers none for a mistake of callers
FIRST_SHARE = 2 / 3  # of the time, for an upstream behind which there is a fallback
MINIMUM_SECONDS = 0.05  # what must be left of the time to ask at all
TOLD = {  # what the caller is told of a failure
    Unreached: (HTTPStatus.BAD_GATEWAY, "What answers this call cannot be reached. Try again."),
    Silent: (HTTPStatus.BAD_GATEWAY, "What answers this call broke off."),
    Dropped: (HTTPStatus.BAD_GATEWAY, "What answers this call broke off, or gave no valid answer."),
    Oversized: (HTTPStatus.BAD_GATEWAY, TOO_LARGE_TO_GIVE),
    TimedOut: (HTTPStatus.GATEWAY_TIMEOUT, "What answers this call did not do so in time."),
}


class Message(NamedTuple):
    """What is asked of an upstream."""

    method: str
    target: str
    headers: dict[str, list[str]]
    body: bytes | None
    host: str  # the caller's
    trace: Trace
    safe: bool
    may_fall_back: Callable[[], bool]  # asked only where an upstream has failed: it may have to verify tokens


class Exchange:
    """The upstreams of one execution environment, by name; each is opened when it is first asked."""

    def __init__(self, url_of: Callable[[str], str | None]) -> None:
        self._url_of = url_of
        self._upstreams: dict[str, Upstream] = {}
        self._breakers: dict[str, Breaker] = {}
        self._budget = RetryBudget()

    def ask(self, message: Message, decision: Decision, seconds: float) -> tuple[Answer, str]:
        """The answer, and the name of the upstream that gave it. Raises Refusal where none did."""
        if seconds < MINIMUM_SECONDS:
            raise Refusal(*TOLD[TimedOut])
        until = time.monotonic() + seconds
        name = decision.upstream
        self._budget.earn()
        if name == LEGACY or not (decision.falls_back and message.safe):
            return self._attempt(name, message, decision, until, again=True), name
        try:
            answer = self._attempt(name, message, decision, until - seconds * (1 - FIRST_SHARE), again=False)
            if answer.status not in FAILING or not message.may_fall_back():
                return answer, name
        except Refusal:
            if not message.may_fall_back():
                raise
        if until - time.monotonic() < MINIMUM_SECONDS:  # keys that had to be fetched have used it up
            raise Refusal(*TOLD[TimedOut])
        return self._attempt(LEGACY, message, decision, until, again=True), LEGACY

    def _attempt(self, name: str, message: Message, decision: Decision, until: float, *, again: bool) -> Answer:
        breaker = self._breakers.get(name) or self._breakers.setdefault(name, Breaker())
        now = time.monotonic()
        if not breaker.admits(now):
            raise unavailable("What answers this call is out of order. Try again.", OPEN_SECONDS)
        try:
            answer = self._send(name, message, decision, until - now)
        except Failure as failure:
            now = time.monotonic()
            if not isinstance(failure, Oversized):
                breaker.failed(now)
            cause = {"upstream": name, "cause": repr(failure), "breaker_open": not breaker.admits(now)}
            observability.logger.warning("An upstream gave no answer.", extra=cause)
            worth_it = again and may_repeat(failure, message) and until - now > MINIMUM_SECONDS and breaker.admits(now)
            if worth_it and self._budget.spend():
                return self._attempt(name, message, decision, until, again=False)
            raise Refusal(*TOLD[type(failure)]) from failure
        if name != LEGACY and answer.status in FAILING:
            breaker.failed(time.monotonic())
        else:
            breaker.succeeded()
        return answer

    def _send(self, name: str, message: Message, decision: Decision, seconds: float) -> Answer:
        upstream = self._upstreams.get(name) or self._open(name)
        host = message.host if decision.keep_host and message.host else upstream.authority
        headers = leg(message.headers, message.trace, host)
        return upstream.send(message.method, message.target, headers, message.body, seconds, repeatable=message.safe)

    def _open(self, name: str) -> Upstream:
        url = self._url_of(name)
        if not url:
            raise Unreached(f"there is no address for {name}")
        upstream = self._upstreams[name] = Upstream(url)
        return upstream


def may_repeat(failure: Failure, message: Message) -> bool:
    """May a call be sent again? Where nothing was sent, or where it only reads and the time is not up."""
    return isinstance(failure, Unreached) or (message.safe and isinstance(failure, Dropped))
