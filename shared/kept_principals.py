"""Principals, asked of the profile service once per token, and kept for a bounded time.

What holds where profile does not tell: where it fails as a whole, who was told last stays, for a while; where it refuses
one question, that call alone is refused; where the old profile crashes over one user, it may not know him.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from shared.calling.client import Failure
from shared.calling.getting import Getter
from shared.errors import Unavailable
from shared.kept import Kept
from shared.principals import Principal

KEPT_PRINCIPALS = 1024
ASK_SECONDS = 3.0  # for the whole answer
ASK_PAUSE = 2.0  # seconds for which a last good answer is taken at once, after profile gave none
NOBODY_SECONDS = 3.0  # until who is nobody is asked for again: profile may take a stage, a key or a new user up late
NOBODY_STATUSES = (401, 403, 404)
LEGACY_CRASH = "error.internalServerError"  # how the old profile answers for a user whom it does not know

Fetch = Callable[[str, Mapping[str, str]], tuple[int, bytes]]
UNTOLD = "Your permissions cannot be looked up now. Try again."


class NoAnswer(Exception):
    """Profile said nothing that can be read about anybody: it is away, slow or broken."""


class Known(NamedTuple):
    """A principal as told, and until when it is taken unasked, and while profile gives no answer."""

    principal: Principal
    fresh: float
    until: float


@dataclass
class Principals:
    """Principals by token: fresh for `live` seconds, and somebody for `stale` more while profile does not answer."""

    profile_url: str
    live: float
    stale: float
    fetch: Fetch = field(default_factory=lambda: Getter(ASK_SECONDS))
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._kept: Kept[Known] = Kept(KEPT_PRINCIPALS)
        self._paused_until = float("-inf")

    def of(self, token: str, user: str, headers: Mapping[str, str]) -> Principal:
        """The principal of a verified token; `headers` go along with the question. Unavailable when it stays open."""
        now = self.clock()
        kept = self._kept.find(token, now)
        if kept is not None and now < max(kept.fresh, self._paused_until):
            return kept.principal
        try:
            told = self._ask(token, user, headers)
        except NoAnswer as error:
            self._paused_until = self.clock() + ASK_PAUSE
            if kept is None:
                raise Unavailable(UNTOLD) from error
            return kept.principal
        known = known_now(told, user, now, self.live, self.stale)
        if told is None and kept is not None:  # nobody is kept beyond fresh: this is somebody whom profile knew
            known = kept._replace(fresh=known.fresh)
        self._kept.keep(token, known, known.until)
        return known.principal

    def _ask(self, token: str, user: str, headers: Mapping[str, str]) -> Principal | None:
        url = self.profile_url.rstrip("/") + "/api/userinfo"
        try:
            status, body = self.fetch(url, {**headers, "Authorization": f"Bearer {token}"})
            return principal_in(status, body, user)
        except (Failure, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise NoAnswer from error


def principal_in(status: int, body: bytes, user: str) -> Principal | None:
    """Whom an answer of userinfo tells; None for the old profile's crash, by which it may mean a user unknown to it.

    Raises Unavailable for a question that was refused, which says nothing of profile and is no other call's matter, and
    ValueError and its like where there is no answer.
    """
    if status in NOBODY_STATUSES:
        return Principal(user)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(UNTOLD)
    info = json.loads(body)
    if status == HTTPStatus.OK:
        return Principal.from_userinfo(info)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and info.get("message") == LEGACY_CRASH:
        return None
    raise ValueError(f"status {status}")


def known_now(told: Principal | None, user: str, now: float, live: float, stale: float) -> Known:
    """What was just told, with its times: nobody has no stale time, and is asked for again soon."""
    principal = told or Principal(user)
    if principal == Principal(user):
        fresh = now + min(live, NOBODY_SECONDS)
        return Known(principal, fresh, fresh)
    return Known(principal, now + live, now + live + stale)
