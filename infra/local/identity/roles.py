"""The roles of `tis token`'s users in profile's own database: those that are named, and those that it makes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, insert, select

from infra.local.identity.grants import BASE, Grants, Row, made_permission, role_of
from services.profile.tables import permission, role, role_permission
from shared.collation import fold, weigh
from shared.db import Work

SELECT_PERMISSIONS = select(*(permission.c[name] for name in BASE))


class Roles:
    """Finds the roles that give what is granted, and makes those that are missing, within one unit of work."""

    def __init__(self, work: Work, grants: Grants) -> None:
        self._work, self._grants = work, grants
        self._known = {fold(row["name"]): row for row in rows_of(work, SELECT_PERMISSIONS)}
        self._principals = {weigh(row["principal"]) for row in self._known.values()}
        self._named = self._find_named()
        self._made: dict[frozenset[str], str] = {}  # by the principals of what the user has without a role

    def of(self, user: str) -> list[str]:
        """The names of the roles of a user."""
        ending = weigh(f":{user}")
        own = frozenset(principal for principal in self._principals if principal.endswith(ending))
        if own not in self._made:
            self._made[own] = self._make(own)
        return [self._made[own], *self._named]

    def _find_named(self) -> list[str]:
        """The roles named, as profile spells them; one that it does not know is made, and holds the base."""
        wanted = distinct(self._grants.roles)
        stored = {fold(name): name for name in self._stored(wanted.values())}
        for key, name in wanted.items():
            if key not in stored:
                self._store(name, [BASE])
        return list((wanted | stored).values())

    def _make(self, own: frozenset[str]) -> str:
        held = [
            self._known.get(key) or made_permission(name) for key, name in distinct(self._grants.authorities).items()
        ]
        linked = SELECT_PERMISSIONS.join(role_permission, role_permission.c.permissionName == permission.c.name)
        by_roles = rows_of(self._work, linked.where(role_permission.c.roleName.in_(self._named)))
        without_role = [row for row in self._known.values() if weigh(row["principal"]) in own]
        made = role_of(self._grants, held, without_role, by_roles)
        self._store(made.name, made.permissions)
        return made.name

    def _store(self, name: str, permissions: Sequence[Row]) -> None:
        """Make a role and its permissions, as far as they are not there."""
        add_rows(self._work, permission, [row for row in permissions if fold(row["name"]) not in self._known])
        self._known |= {fold(row["name"]): row for row in permissions}
        add_rows(self._work, role, [] if self._stored([name]) else [{"name": name}])
        links = select(role_permission.c.permissionName).where(role_permission.c.roleName == name)
        held = {fold(row.permissionName) for row in self._work.rows(links)}
        missing = [row["name"] for row in permissions if fold(row["name"]) not in held]
        add_rows(self._work, role_permission, [{"roleName": name, "permissionName": one} for one in missing])

    def _stored(self, names: Iterable[str]) -> list[str]:
        return [row.name for row in self._work.rows(select(role.c.name).where(role.c.name.in_(names)))]


def distinct(names: Iterable[str]) -> dict[str, str]:
    """The names by what the database compares, each in its first spelling."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name), name)
    return found


def rows_of(work: Work, query: Select[Any]) -> list[Row]:
    """What a query finds, as rows by the names of their columns."""
    return [dict(row._mapping) for row in work.rows(query)]  # noqa: SLF001 - SQLAlchemy's public name for it


def add_rows(work: Work, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, if there are any."""
    if values := list(rows):
        work.write(insert(table), values)
