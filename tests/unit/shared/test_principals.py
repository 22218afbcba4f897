"""Who may do what."""

import pytest

from shared.principals import PUBLIC, SIGNED_IN, Authority, Permission, Policy, Principal

RESOURCE = "tis:references::reference:"


def policy(resource: str, *actions: str, effect: str = "Allow") -> Policy:
    return Policy(resource, frozenset(actions), effect)


@pytest.mark.parametrize(
    ("policies", "admitted"),
    [
        ((), False),
        ((policy(RESOURCE, "Create"),), True),
        ((policy(RESOURCE, "Update"),), False),
        ((policy(RESOURCE, "Update", "Create"),), True),
        ((policy(RESOURCE, "*"),), True),
        ((policy("*:*:*:*:*", "Create"),), True),
        ((policy("tis:*::reference:", "Create"),), True),
        ((policy("tis:references::*:", "*"),), True),
        ((policy("tis:*", "*"),), False),
        ((policy("*", "*"),), False),
        ((policy("tis:references::site:", "Create"),), False),
        ((policy(RESOURCE, "create"),), False),
        ((policy(RESOURCE, "Create"), policy(RESOURCE, "Create", effect="Deny")), False),
        ((policy(RESOURCE, "Create", effect="Deny"),), False),
        ((policy(RESOURCE, "Create"), policy(RESOURCE, "Delete", effect="Deny")), True),
        ((policy(RESOURCE, "*"), policy("tis:references::*:", "Create", effect="Deny")), False),
        ((policy(RESOURCE, "Create", effect="Maybe"),), False),
    ],
)
def test_policies(policies: tuple[Policy, ...], admitted: bool) -> None:
    assert Permission(RESOURCE, "Create").admits(Principal("ann", policies=policies)) is admitted


@pytest.mark.parametrize(("asked", "admitted"), [("write", True), ("WRITE", False), ("writ", False)])
def test_authorities(asked: str, admitted: bool) -> None:
    assert Authority(asked).admits(Principal("ann", frozenset({"read", "write"}))) is admitted


def test_open_endpoints_admit_everybody() -> None:
    nobody = Principal("bob")
    assert (PUBLIC.admits(nobody), PUBLIC.needs_token) == (True, False)
    assert (SIGNED_IN.admits(nobody), SIGNED_IN.needs_token, SIGNED_IN.needs_principal) == (True, True, False)
