"""Who calls, and what they may do: asked of the profile service once per token, and kept for a bounded time."""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from shared.errors import Unavailable

KEPT_PRINCIPALS = 1024
ASK_TIMEOUT = 3.0  # seconds
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
        mine, asked = self.resource.split(":"), resource.split(":")
        fits = len(mine) == len(asked) and all(one in ("*", other) for one, other in zip(mine, asked, strict=True))
        return fits and bool({action, "*"} & self.actions)


@dataclass(frozen=True, slots=True)
class Principal:
    """A user with authorities (names of permissions), policies and designated bodies, as profile tells them."""

    user: str
    authorities: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()
    designated_bodies: tuple[str, ...] | None = None

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


def fetch_url(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Status and body of a GET within ASK_TIMEOUT."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=ASK_TIMEOUT)
    try:
        connection.request("GET", parts.path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclass
class Principals:
    """Principals by token: fresh for `live` seconds, and for `stale` more while profile does not answer."""

    profile_url: str
    live: float
    stale: float
    fetch: Fetch = fetch_url
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    def of(self, token: str, user: str, headers: Mapping[str, str]) -> Principal:
        """The principal of a verified token; `headers` go along with the question. Unavailable when it stays open."""
        now = self.clock()
        kept = self._kept.get(token)
        if kept is not None and now - kept[0] < self.live:
            return kept[1]
        try:
            principal = self._ask(token, user, headers)
        except Unavailable:
            if kept is not None and now - kept[0] < self.live + self.stale:
                return kept[1]
            raise
        self._kept[token] = (now, principal)
        self._kept.move_to_end(token)
        if len(self._kept) > KEPT_PRINCIPALS:
            self._kept.popitem(last=False)
        return principal

    def _ask(self, token: str, user: str, headers: Mapping[str, str]) -> Principal:
        url = self.profile_url.rstrip("/") + "/api/userinfo"
        try:
            status, body = self.fetch(url, {**headers, "Authorization": f"Bearer {token}"})
            info = {} if status in NOBODY_STATUSES else json.loads(body)
            if status == HTTPStatus.OK:
                return Principal.from_userinfo(info)
            crashed = status == HTTPStatus.INTERNAL_SERVER_ERROR and info.get("message") == LEGACY_CRASH
        except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unavailable("Your permissions cannot be looked up now. Try again.") from error
        if status in NOBODY_STATUSES or crashed:
            return Principal(user)
        raise Unavailable("Your permissions cannot be looked up now. Try again.")
