"""Who calls, and what they may do, as profile tells it; and what an endpoint asks of its caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

NO_BODIES = ("None",)  # what profile tells of users without designated bodies, and holds for who is in no profile


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
class Known:
    """Asks for a user whom profile knows: an active one, who may do something at least."""

    needs_token: bool = True
    needs_principal: bool = True

    def admits(self, principal: Principal) -> bool:
        """Whoever has any authority may."""
        return bool(principal.authorities)

    def __str__(self) -> str:
        return "any known user"


KNOWN_USER = Known()


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
