"""What `tis token` grants stands in profile's tables, as the old service's own queries read them: no more and no less."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text

from infra.data.seed import reseed
from infra.local.identity.accounts import grant, withdraw
from infra.local.identity.grants import Grants, faults_of
from infra.local.stack.folder import StackError
from shared.principals import Permission, Principal
from tests.legacy.accounts import Accounts

MODIFY, DELETE = "reference:add:modify:entities", "reference:delete:entities"
RESOURCE = "tis:references::reference:"
ACTIONS = ("View", "Create", "Update", "Delete")


@pytest.fixture(scope="module")
def url(url_of: Callable[[str], str]) -> str:
    """Profile's database with a seed."""
    found = url_of("profile")
    reseed(found, "profile", 20)
    return found


def find(url: str, name: str) -> dict[str, Any] | None:
    """What the old service would say of a user."""
    with closing(Accounts(url)) as accounts:
        return accounts.find(name)


def info_of(url: str, name: str) -> dict[str, Any]:
    info = find(url, name)
    assert info is not None
    return info


def authorities_of(url: str, name: str) -> set[str]:
    """All but those of our own making."""
    return {name for name in info_of(url, name)["permissions"] if not name.startswith("local:")}


def allowed(url: str, name: str, resource: str = RESOURCE, actions: Collection[str] = ACTIONS) -> list[str]:
    principal = Principal.from_userinfo(info_of(url, name))
    return [action for action in actions if Permission(resource, action).admits(principal)]


def count(url: str, table: str) -> int:
    with closing(Accounts(url)) as accounts:
        return int(accounts.rows(text(f"SELECT COUNT(*) FROM {table}"))[0][0])  # noqa: S608 - a name of ours


def test_an_authority_comes_without_its_policy(url: str) -> None:
    grant(url, ["editor"], Grants(authorities=(MODIFY, DELETE, "of:nobody")))
    assert authorities_of(url, "editor") == {MODIFY, DELETE, "of:nobody"}
    assert allowed(url, "editor") == []


def test_a_policy_comes_without_an_authority(url: str) -> None:
    grant(url, ["planner"], Grants(policies=(f"{RESOURCE}Create", "tis:own::thing:Do")))
    assert authorities_of(url, "planner") == set()
    assert allowed(url, "planner") == ["Create"]
    assert allowed(url, "planner", "tis:own::thing:", ("Do", "Undo")) == ["Do"]


def test_both_together_allow_what_the_policies_name(url: str) -> None:
    policies = tuple(RESOURCE + action for action in ("Create", "Delete"))
    grant(url, ["both"], Grants(authorities=(MODIFY, DELETE), policies=policies))
    assert authorities_of(url, "both") == {MODIFY, DELETE}
    assert allowed(url, "both") == ["Create", "Delete"]


def test_a_policy_with_an_asterisk_covers_what_the_authority_carries(url: str) -> None:
    grant(url, ["star"], Grants(authorities=(MODIFY,), policies=("tis:*::reference:*",)))
    assert allowed(url, "star") == list(ACTIONS)


def test_a_role_comes_with_all_that_it_allows(url: str) -> None:
    grant(url, ["admin"], Grants(authorities=(MODIFY,), roles=("referenceadmin", "Made Up")))
    assert authorities_of(url, "admin") == {MODIFY, DELETE}
    assert allowed(url, "admin") == ["Create", "Update", "Delete"]
    assert {"ReferenceAdmin", "Made Up"} < set(info_of(url, "admin")["roles"])


def test_bodies_trusts_and_programmes_alone_make_a_user(url: str) -> None:
    grant(url, ["officer"], Grants(bodies=("1-1RSSPZ7", "1-1RSSQ05", "1-1rsspz7"), trusts=(5, 6), programmes=(7,)))
    info = info_of(url, "officer")
    assert (info["permissions"], info["userName"], info["firstName"]) == (["local:signed-in"], "officer", "officer")
    assert sorted(info["designatedBodyCodes"]) == ["1-1RSSPZ7", "1-1RSSQ05"]
    assert [trust["id"] for trust in info["assignedTrusts"]] == [5, 6]
    assert [programme["id"] for programme in info["assignedProgrammes"]] == [7]


@pytest.mark.parametrize("name", ["", "consolidated_etl"])
def test_policies_that_a_name_alone_would_bring_are_denied(url: str, name: str) -> None:
    grant(url, [name], Grants(policies=("tis:own::thing:Do",)))
    principal = Principal.from_userinfo(info_of(url, name))
    asked = {(policy.resource, action) for policy in principal.policies for action in policy.actions}
    given = {(resource, action) for resource, action in asked if Permission(resource, action).admits(principal)}
    assert given == {("tis:own::thing:", "Do"), ("tis:local::signed-in:", "Use")}


def test_the_last_grant_is_in_force_whatever_the_case_and_the_blanks_at_the_end(url: str) -> None:
    grant(url, ["jo"], Grants(authorities=(MODIFY,), bodies=("1-A",), trusts=(1,)))
    grant(url, ["JO  "], Grants(authorities=(DELETE,)))
    info = info_of(url, "jo")
    assert (info["userName"], authorities_of(url, "jo")) == ("JO  ", {DELETE})
    assert (info["designatedBodyCodes"], info["assignedTrusts"]) == (["None"], None)


def test_withdrawing_takes_away_our_own_users_alone(url: str) -> None:
    grant(url, ["mine", "mine too"], Grants(trusts=(1,)))
    before = count(url, "HeeUser")
    withdraw(url, ["mine", "esr_kc_user", "nobody", "bulk_upload"])
    assert (find(url, "mine"), count(url, "HeeUser")) == (None, before - 1)
    assert find(url, "mine too")


def test_equal_grants_share_a_role(url: str) -> None:
    grants = Grants(authorities=("of:the:shared",), policies=("tis:shared::thing:Do",))
    grant(url, ["one"], grants)
    rows = [count(url, table) for table in ("Role", "RolePermission", "Permission")]
    grant(url, ["two"], grants)
    assert [count(url, table) for table in ("Role", "RolePermission", "Permission")] == rows
    assert info_of(url, "one")["roles"] == info_of(url, "two")["roles"]


def test_many_users_at_once(url: str) -> None:
    names = [f"many{number}" for number in range(1_200)]
    grant(url, names, Grants(authorities=(MODIFY,), bodies=("1-A", "1-B"), trusts=(1,), programmes=(2,)))
    assert authorities_of(url, "many1199") == {MODIFY}
    withdraw(url, names)
    assert find(url, "many0") is find(url, "many1199") is None


def test_commands_at_once_do_not_get_in_each_others_way(url: str) -> None:
    def grant_some(number: int) -> None:
        grant(url, [f"at{number}-{user}" for user in range(50)], Grants(authorities=("at:once",), bodies=("1-A",)))
        grant(url, ["contended"], Grants(authorities=(f"at:once:{number}",)))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(grant_some, range(4)))
    assert all(authorities_of(url, f"at{number}-49") == {"at:once"} for number in range(4))
    assert len(authorities_of(url, "contended")) == 1


def test_what_does_not_fit_is_a_sentence() -> None:
    bodies = Grants(bodies=("1-A",))
    assert list(faults_of(["n" * 50], bodies)) == []
    assert "50 characters at most" in next(iter(faults_of(["n" * 51], bodies)))
    assert "authority has 100" in next(iter(faults_of(["jo"], Grants(authorities=("a" * 101,)))))


def test_a_database_without_tables_is_a_sentence(tmp_path: Any) -> None:
    with pytest.raises(StackError, match="nothing was changed"):
        grant(f"sqlite:///{tmp_path / 'empty.db'}", ["jo"], Grants(trusts=(1,)))
