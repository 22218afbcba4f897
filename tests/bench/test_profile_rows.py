"""The rows that userinfo is measured on are as many, and the user holds as much, as the benchmark says."""

import copy
from pathlib import Path

from infra.data import seed
from services.profile.app import app
from shared.db import Database
from tests.bench.profile_rows import USER, profile_rows
from tests.events import ask
from tests.identity import Issuer


def test_roles_are_as_many_as_the_old_ones() -> None:
    rows = profile_rows(10)
    links = {(link["roleName"], link["permissionName"]) for link in rows["RolePermission"]}
    assert (len(rows["Role"]), len(rows["Permission"]), len(links), len(rows["HeeUser"])) == (36, 59, 275, 10)


def test_userinfo_tells_all_that_the_user_holds(tmp_path: Path) -> None:
    url, issuer = f"sqlite:///{tmp_path / 'profile.db'}", Issuer()
    seed.load(url, "profile", profile_rows(10))
    service = copy.copy(app)
    service.database, service.verifier = Database(url), issuer.verifier()
    told = ask(service, "GET", "/profile/api/userinfo", {"Authorization": f"Bearer {issuer.token(USER)}"}).json
    service.database.drop()
    held = ("roles", "permissions", "permissionPolicies", "designatedBodyCodes", "assignedTrusts", "assignedProgrammes")
    assert [len(told[name]) for name in held] == [3, 50, 50, 3, 2, 2]
