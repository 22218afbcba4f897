"""Who calls, and what they may do: asked of the profile service once per token, and kept for a bounded time."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from shared.calling.client import Failure
from shared.calling.getting import Getter
from shared.errors import Unavailable
from shared.kept import Kept

NO_BODIES = ("None",)  # what profile tells of users without designated bodies, and holds for who is in no profile
KEPT_PRINCIPALS = 1024
ASK_SECONDS = 3.0  # for the whole answer
ASK_PAUSE = 2.0  # seconds for which a last good answer is taken at once, after profile gave none
NOBODY_SECONDS = 3.0  # for which somebody stays nobody: profile may take a stage, a key or a new user up a little later
NOBODY_STATUSES = (401, 403, 404)
LEGACY_CRASH = "error.internalServerError"  # how the old profile answers for a user whom it does not know


@dataclass(frozen=True, slots=True)
class Policy:
    """Actions allowed on a resource; `*` stands for any part of a resource, or for any action."""

    resource: str
    actions: frozenset[str]
    effect: str = "Allow"

    def covers(self, resource: str, action: str) -> bool:
        """Does the policy speak of this action on this resource?"""
        if action not in self.actions and "*" not in self.actions:
            return False
        if "*" not in self.resource:
            return self.resource == resource
        mine, asked = self.resource.split(":"), resource.split(":")
        return len(mine) == len(asked) and all(one in ("*", other) for one, other in zip(mine, asked, strict=True))


@dataclass(frozen=True, slots=True)
class Principal:
    """A user with authorities (names of permissions), policies and designated bodies, as profile tells them."""

    user: str
    authorities: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()
    designated_bodies: tuple[str, ...] | None = NO_BODIES

    @classmethod
    def from_userinfo(cls, info: Mapping[str, Any]) -> "Principal":
        """From the answer of `/api/userinfo`."""
        policies = tuple(
            Policy(policy["resource"], frozenset(policy["actions"] or ()), policy.get("effect") or "Allow")
            for policy in info.get("permissionPolicies") or ()
        )
        bodies = info.get("designatedBodyCodes")
        return cls(
            info["userName"],
            frozenset(info.get("permissions") or ()),
            policies,
            None if bodies is None else tuple(bodies),
        )


class Allow(Protocol):
    """What an endpoint asks of its caller."""

    @property
    def needs_token(self) -> bool:
        """Is a valid token needed?"""

    @property
    def needs_principal(self) -> bool:
        """Must profile be asked?"""

    def admits(self, principal: Principal) -> bool:
        """May this caller?"""


@dataclass(frozen=True)
class Open:
    """Asks for no more than a token, or for nothing at all."""

    name: str
    needs_token: bool
    needs_principal: bool = False

    def admits(self, principal: Principal) -> bool:
        """Everybody may."""
        return isinstance(principal, Principal)

    def __str__(self) -> str:
        return self.name


PUBLIC = Open("public", needs_token=False)
SIGNED_IN = Open("any valid token", needs_token=True)


@dataclass(frozen=True)
class Authority:
    """Asks for a permission by its name: the old `hasAuthority`."""

    name: str
    needs_token: bool = True
    needs_principal: bool = True

    def admits(self, principal: Principal) -> bool:
        """Callers who have the permission may."""
        return self.name in principal.authorities

    def __str__(self) -> str:
        return f"hasAuthority('{self.name}')"


@dataclass(frozen=True)
class Permission:
    """Asks for an action on a resource, granted by a policy and denied by none: the old `hasPermission`."""

    resource: str
    action: str
    needs_token: bool = True
    needs_principal: bool = True

    def admits(self, principal: Principal) -> bool:
        """Callers with a policy that allows it may, unless another denies it."""
        effects = {policy.effect for policy in principal.policies if policy.covers(self.resource, self.action)}
        return effects == {"Allow"}

    def __str__(self) -> str:
        return f"hasPermission('{self.resource}', '{self.action}')"


Fetch = Callable[[str, Mapping[str, str]], tuple[int, bytes]]


@dataclass
class Principals:
    """Principals by token: fresh for `live` seconds, and for `stale` more while profile does not answer."""

    profile_url: str
    live: float
    stale: float
    fetch: Fetch = field(default_factory=lambda: Getter(ASK_SECONDS))
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._kept: Kept[tuple[float, Principal]] = Kept(KEPT_PRINCIPALS)  # with the time until which each is fresh
        self._paused_until = float("-inf")

    def of(self, token: str, user: str, headers: Mapping[str, str]) -> Principal:
        """The principal of a verified token; `headers` go along with the question. Unavailable when it stays open."""
        now = self.clock()
        kept = self._kept.find(token, now)
        if kept is not None and now < max(kept[0], self._paused_until):
            return kept[1]
        try:
            principal = self._ask(token, user, headers)
        except Unavailable:
            self._paused_until = self.clock() + ASK_PAUSE
            if kept is None:
                raise
            return kept[1]
        live = min(self.live, NOBODY_SECONDS) if principal == Principal(user) else self.live
        self._kept.keep(token, (now + live, principal), now + live + self.stale)
        return principal

    def _ask(self, token: str, user: str, headers: Mapping[str, str]) -> Principal:
        url = self.profile_url.rstrip("/") + "/api/userinfo"
        try:
            status, body = self.fetch(url, {**headers, "Authorization": f"Bearer {token}"})
            info = {} if status in NOBODY_STATUSES else json.loads(body)
            if status == HTTPStatus.OK:
                return Principal.from_userinfo(info)
            crashed = status == HTTPStatus.INTERNAL_SERVER_ERROR and info.get("message") == LEGACY_CRASH
        except (Failure, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unavailable("Your permissions cannot be looked up now. Try again.") from error
        if status in NOBODY_STATUSES or crashed:
            return Principal(user)
        raise Unavailable("Your permissions cannot be looked up now. Try again.")
