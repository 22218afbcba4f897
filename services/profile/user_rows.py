"""Users as JSON, with their roles, designated bodies, trusts and programmes: how they are read and stored."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlalchemy import Table, bindparam, delete, insert, select

from services.profile.naming import hold, present
from services.profile.roles import Role, held_permissions
from services.profile.tables import user, user_body, user_programme, user_role, user_trust
from shared.db import Work
from shared.errors import BadRequest, Conflict
from shared.jackson import Flag, Long, Text
from shared.java import hash_order
from shared.lookup import Collection, portions
from shared.rows import Row

NO_BODY = "None"  # the code that stands for no designated body at all


Ignored = Annotated[None, BeforeValidator(lambda _: None)]  # whatever is sent


class UserTrust(Row):
    """A trust that a user works for; `id` is the link's, `heeUserDTO` always null."""

    dto = "UserTrustDTO"
    id: Long = None
    heeUserDTO: Ignored = None
    trustId: Long = None
    trustCode: Text = None
    trustName: Text = None


class UserProgramme(Row):
    """A programme that a user works for; `id` is the link's, `heeUserDTO` always null."""

    dto = "UserProgrammeDTO"
    id: Long = None
    heeUserDTO: Ignored = None
    programmeId: Long = None
    programmeName: Text = None
    programmeNumber: Text = None


class HeeUser(Row):
    """Somebody who may sign in, or a machine that may."""

    dto = "HeeUserDTO"
    name: Text = None
    firstName: Text = None
    lastName: Text = None
    gmcId: Text = None
    phoneNumber: Text = None
    emailAddress: Text = None
    active: Flag = None
    roles: list[Role] | None = None
    designatedBodyCodes: list[Text] | None = None
    associatedTrusts: list[UserTrust] | None = None
    associatedProgrammes: list[UserProgramme] | None = None


rows = Collection(user, HeeUser, key="name")

TRUST_FIELDS = ("trustId", "trustCode", "trustName")
PROGRAMME_FIELDS = ("programmeId", "programmeName", "programmeNumber")
LINKS = ((user_role, "userName"), (user_body, "userName"), (user_trust, "heeUser"), (user_programme, "heeUser"))


def _select_links(table: Table, owner: str, *columns: str) -> Any:
    """The links of some users, each beside the user's name as it is stored, whatever the link's spelling."""
    order = [table.c.id] if "id" in table.c else list(table.primary_key.columns)
    return (
        select(user.c.name.label("owner"), *(table.c[name] for name in columns))
        .join(user, user.c.name == table.c[owner])
        .where(user.c.name.in_(bindparam("names", expanding=True)))
        .order_by(*order)
    )


SELECT_ROLES = _select_links(user_role, "userName", "roleName")
SELECT_BODIES = _select_links(user_body, "userName", "designatedBodyCode")
SELECT_TRUSTS = _select_links(user_trust, "heeUser", "id", *TRUST_FIELDS)
SELECT_PROGRAMMES = _select_links(user_programme, "heeUser", "id", *PROGRAMME_FIELDS)


def find_user(work: Work, name: str) -> HeeUser | None:
    """A user by name, complete, as of one moment."""
    work.snapshot()
    found = rows.get(work, name)
    return None if found is None else complete(work, [found])[0]


def complete(work: Work, users: Sequence[HeeUser]) -> Sequence[HeeUser]:
    """The users with all that belongs to them, in as many statements for many as for one."""
    names = [one.name for one in users]
    roles, bodies = _links(work, SELECT_ROLES, names), _links(work, SELECT_BODIES, names)
    trusts, programmes = _links(work, SELECT_TRUSTS, names), _links(work, SELECT_PROGRAMMES, names)
    held = held_permissions(work, (link.roleName for links in roles.values() for link in links))
    for one in users:
        name = one.name or ""
        one.roles = [_role(link.roleName, held) for link in roles[name]]
        one.designatedBodyCodes = [link.designatedBodyCode for link in bodies[name]] or [NO_BODY]
        one.associatedTrusts = [UserTrust.model_construct(**_fields(link)) for link in trusts[name]]
        one.associatedProgrammes = [
            UserProgramme.model_construct(**{**_fields(link), "programmeId": number(link.programmeId)})
            for link in programmes[name]
        ]
    return users


def _links(work: Work, statement: Any, names: Sequence[str | None]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for some in portions(names):
        for link in work.rows(statement, {"names": some}):
            found[link.owner].append(link)
    return found


def _role(name: str, held: Mapping[str, Any]) -> Role:
    return Role.model_construct(name=name, permissions=held.get(name, []))


def _fields(link: Any) -> dict[str, Any]:
    return {name: value for name, value in link._mapping.items() if name != "owner"}  # noqa: SLF001 - SQLAlchemy's public name


def number(text: str | int | None) -> int | None:
    """A programme's id, which lies in a text column; None for a text that is no number, which broke the old service."""
    return int(str(text)) if re.fullmatch(r"[+-]?[0-9]{1,19}", str(text)) else None


def hold_user(work: Work, name: str) -> bool:
    """Keep all others from changing a user until the end of the work; is there one? Conflict for another spelling."""
    found = hold(work, user.c.name, name)
    if found is not None and found != name:
        raise Conflict(f"There is a user {found!r} already, whose name differs in nothing but its spelling.")
    return found is not None


def store(work: Work, body: HeeUser, roles: Iterable[str], *, is_new: bool) -> None:
    """Store a user who is held, and all that belongs to him or her; `roles` by their names as they are stored."""
    name = body.name or ""
    if is_new:
        work.write(insert(user), rows.values(body))
    else:
        rows.replace(work, body)
        _delete_links(work, name)
    _insert_links(work, user_role, ({"userName": name, "roleName": one} for one in roles))
    bodies = present(body.designatedBodyCodes, "designatedBodyCodes") or [NO_BODY]
    _insert_links(work, user_body, ({"userName": name, "designatedBodyCode": code} for code in bodies))
    _insert_links(work, user_trust, _owned(name, body.associatedTrusts, TRUST_FIELDS))
    _insert_links(work, user_programme, _owned(name, body.associatedProgrammes, PROGRAMME_FIELDS))


def _owned(name: str, links: Iterable[Any] | None, fields: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Links as rows: equal ones once, ids of the links left to the database."""
    if any(one is None for one in links or ()):
        raise BadRequest("A trust or programme of the user is null.")
    distinct = dict.fromkeys(tuple(getattr(one, field) for field in fields) for one in links or ())
    return ({"heeUser": name, **dict(zip(fields, values, strict=True))} for values in distinct)


def _insert_links(work: Work, table: Table, links: Iterable[dict[str, Any]]) -> None:
    found = list(links)
    if found:
        work.write(insert(table), found)


def as_sets(row: HeeUser) -> HeeUser:
    """The user with roles and designated bodies in the order of Java's hash sets, as the old audit compared them."""
    ordered: dict[str, Any] = {}
    if row.roles:
        roles = {one.name or "": one for one in row.roles}
        ordered["roles"] = [roles[name] for name in hash_order(roles)]
    if row.designatedBodyCodes:
        ordered["designatedBodyCodes"] = hash_order(code or "" for code in row.designatedBodyCodes)
    return row.model_copy(update=ordered)


def remove(work: Work, name: str) -> bool:
    """Delete a user with all that belongs to him or her; was there one?"""
    work.begin()
    _delete_links(work, name)
    return rows.delete(work, name)


def _delete_links(work: Work, name: str) -> None:
    for table, owner in LINKS:
        work.write(delete(table).where(table.c[owner] == name))
