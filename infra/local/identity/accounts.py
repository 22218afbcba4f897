"""The users of `tis token` in profile's own database: made, replaced, and taken away, however many at once."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from infra.local.identity.grants import ROLE_PREFIX, Grants
from infra.local.identity.roles import Roles, add_rows, distinct
from infra.local.stack.folder import StackError
from services.profile.tables import user, user_body, user_programme, user_role, user_trust
from shared.db import Database, Work
from shared.errors import ApiError, Conflict

AT_ONCE = 500  # names in a statement
TRIES, PAUSE = 4, 0.2  # seconds: where another command changes the same rows
OWNERS = (user_trust.c.heeUser, user_programme.c.heeUser, user_role.c.userName, user_body.c.userName, user.c.name)

Fields = Mapping[str, Any]


def grant(url: str, users: Sequence[str], grants: Grants) -> None:
    """Make users who may do what is granted, in place of those of the same names; all or none. Raises StackError."""
    bodies = [{"designatedBodyCode": code} for code in distinct(grants.bodies).values()]
    trusts = [{"trustId": one, "trustCode": f"T{one}", "trustName": f"Trust {one}"} for one in grants.trusts]
    programmes = [
        {"programmeId": str(one), "programmeNumber": f"P{one}", "programmeName": f"Programme {one}"}
        for one in grants.programmes
    ]

    def replace_users(work: Work) -> None:
        work.begin()
        roles = Roles(work, grants)
        links = [{"userName": name, "roleName": role} for name in users for role in roles.of(name)]
        remove(work, users)
        add_rows(work, user, map(account, users))
        add_rows(work, user_role, links)
        add_rows(work, user_body, each(users, "userName", bodies))
        add_rows(work, user_trust, each(users, "heeUser", trusts))
        add_rows(work, user_programme, each(users, "heeUser", programmes))

    commit(url, replace_users)


def withdraw(url: str, users: Sequence[str]) -> None:
    """Take away those of the users whom `grant` has made, and nobody else. Raises StackError."""
    links = select(user_role.c.userName, user_role.c.roleName)

    def remove_own(work: Work) -> None:
        for names in portions(users):
            found = work.rows(links.where(user_role.c.userName.in_(names)))
            if own := [row.userName for row in found if row.roleName.startswith(ROLE_PREFIX)]:
                remove(work, own)

    commit(url, remove_own)


def account(name: str) -> Fields:
    """A user's row."""
    return {"name": name, "firstName": name[:70], "lastName": "Local", "emailAddress": "", "active": True}


def each(users: Iterable[str], owner: str, rows: Sequence[Fields]) -> Iterator[Fields]:
    """The rows once for each user, whose name stands in the column `owner`."""
    return ({owner: name, **row} for name in users for row in rows)


def remove(work: Work, users: Sequence[str]) -> None:
    """Delete users and all that belongs to them."""
    for names in portions(users):
        for column in OWNERS:
            work.write(delete(column.table).where(column.in_(names)))


def portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names in portions that a statement can hold."""
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def commit(url: str, action: Callable[[Work], None]) -> None:
    """Do it in a transaction; again, a few times, where another command was in the way. Raises StackError."""
    database = Database(url)
    try:
        for left in reversed(range(TRIES)):
            try:
                with database.work() as work:
                    return action(work)
            except Conflict:
                if not left:
                    raise
                time.sleep(PAUSE * random.uniform(1, 2))  # noqa: S311 - no secret
    except (ApiError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise StackError(f"Profile's database does not take the users, and nothing was changed: {reason}") from error
    finally:
        database.drop()
