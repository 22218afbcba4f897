"""What `tis token` lets users do, as permissions of one role, such that profile's `/api/userinfo` says that and no more.

A permission has a name, which is an authority, and a policy of its own. An authority that is asked for without its policy
is therefore held beside a permission that denies the policy: a policy counts where one allows it and none denies it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.principals import Policy

ROLE_PREFIX, OWN_PREFIX = "Local ", "local:"
DIGEST_DIGITS = 16
PRINCIPAL = "local"  # without a colon: userinfo gives a user what ends in a colon and his name
ALLOW, DENY = "Allow", "Deny"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Grants:
    """What is asked for; a policy is a resource, which ends in a colon, and an action."""

    authorities: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    trusts: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any((self.authorities, self.policies, self.bodies, self.roles, self.trusts, self.programmes))


@dataclass(frozen=True)
class Limit:
    """How long the texts of one kind may be: what profile's columns hold."""

    kind: str
    length: int
    values: Sequence[str]


def faults_of(users: Sequence[str], grants: Grants) -> Iterator[str]:
    """Sentences about what profile's tables could not hold."""
    limits = (
        Limit("user's name", 50 if grants.bodies else 100, users),
        Limit("authority", 100, grants.authorities),
        Limit("policy's resource", 255, [policy.rpartition(":")[0] for policy in grants.policies]),
        Limit("designated body's code", 50, grants.bodies),
        Limit("role's name", 100, grants.roles),
    )
    for limit in limits:
        for value in limit.values:
            if len(value) > limit.length:
                yield f"A {limit.kind} has {limit.length} characters at most, and {value[:20]!r}… has {len(value)}."


BASE = {  # held by everybody, since userinfo knows nobody without a permission
    "name": f"{OWN_PREFIX}signed-in",
    "principal": PRINCIPAL,
    "resource": "tis:local::signed-in:",
    "actions": "Use",
    "effect": ALLOW,
}


@dataclass(frozen=True)
class LocalRole:
    """A role and the permissions that it holds; its name is made of theirs, so that equal ones are one."""

    permissions: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The role's name."""
        return ROLE_PREFIX + digest("\n".join(sorted(row["name"] for row in self.permissions)))


def role_of(grants: Grants, held: Iterable[Row], own: Iterable[Row], by_roles: Iterable[Row]) -> LocalRole:
    """The role that gives what is asked for.

    `held` are the permissions of the authorities; `own` those whose policies a user has without a role, by his name;
    `by_roles` those that come with the roles named, whose policies stand.
    """
    named = [split_policy(policy) for policy in grants.policies]
    allowed = [Policy(resource, frozenset((action,))) for resource, action in named]
    allowed += [Policy(row["resource"], frozenset(row["actions"].split(","))) for row in by_roles]
    authorities = list(held)
    denied = {
        (resource, action)
        for row in (*authorities, *own)
        for resource, action in carried(row)
        if not any(policy.covers(resource, action) for policy in allowed)
    }
    rows = [BASE, *authorities, *(policy_row(*policy, ALLOW) for policy in named)]
    rows += [policy_row(*policy, DENY) for policy in sorted(denied)]
    return LocalRole(tuple({row["name"]: row for row in rows}.values()))


def carried(row: Row) -> list[tuple[str, str]]:
    """What a permission's policy allows: its resource with each of its actions; nothing where the permission is ours."""
    is_theirs = row["principal"] != PRINCIPAL and row["effect"] == ALLOW
    return [(row["resource"], action) for action in row["actions"].split(",")] if is_theirs else []


def made_permission(authority: str) -> Row:
    """The permission of an authority that profile does not know: its policy is about nothing."""
    return {**BASE, "name": authority, "resource": f"tis:local::{authority}:"}


def policy_row(resource: str, action: str, effect: str) -> Row:
    """The permission that is there for one policy."""
    name = OWN_PREFIX + digest(f"{effect} {resource} {action}")
    return {**BASE, "name": name, "resource": resource, "actions": action, "effect": effect}


def split_policy(policy: str) -> tuple[str, str]:
    """Resource and action of `tis:references::reference:Create`."""
    resource, _, action = policy.rpartition(":")
    return f"{resource}:", action


def digest(text: str) -> str:
    """A short text that stands for a long one."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]
