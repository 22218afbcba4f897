"""What stands in profile's database before `tis token` changes it: users whom it has not made, and roles that are missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from infra.local.identity.accounts import commit, portions
from infra.local.identity.grants import ROLE_PREFIX, Grants
from infra.local.identity.roles import distinct
from services.profile.seed import INVENTED
from services.profile.tables import role, user, user_role
from shared.collation import fold
from shared.db import Work

ADMINISTRATOR: str = INVENTED["administrator"][1]  # the role of those who administrate users
SHOWN = 3


@dataclass(frozen=True)
class Standing:
    """The users of those names whom no `tis token` has made, the administrators among them, and the roles not there."""

    users: Sequence[str]
    administrators: Sequence[str]
    missing_roles: Sequence[str]


def find_standing(url: str, users: Sequence[str], grants: Grants) -> Standing:
    """What grants would replace, and what they would make. Raises StackError."""
    held: dict[str, set[str]] = defaultdict(set)
    wanted = distinct(grants.roles)
    stored: set[str] = set()
    links = select(user.c.name, user_role.c.roleName).outerjoin(user_role, user_role.c.userName == user.c.name)

    def look(work: Work) -> None:
        for names in portions(users):
            for row in work.rows(links.where(user.c.name.in_(names))):
                held[row.name].add(row.roleName or "")
        if wanted:
            stored.update(fold(row.name) for row in work.rows(select(role.c.name).where(role.c.name.in_(grants.roles))))

    commit(url, look)
    own = {name: roles for name, roles in held.items() if not any(one.startswith(ROLE_PREFIX) for one in roles)}
    return Standing(
        list(own),
        [name for name, roles in own.items() if ADMINISTRATOR in roles],
        [name for key, name in wanted.items() if key not in stored],
    )


def named(users: Sequence[str]) -> str:
    """Users by their names, of many the first few."""
    more = f" and {len(users) - SHOWN} more" if len(users) > SHOWN else ""
    return ", ".join(repr(name) for name in users[:SHOWN]) + more
