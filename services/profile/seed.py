"""Rows for profile's tables, the same at every run: the old service's own, and invented users and trainees, as many as asked."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("seed.toml").read_text(encoding="utf-8"))
INVENTED: dict[str, Any] = LISTS["invented"]
WORDS: Mapping[str, list[str]] = {
    name: INVENTED[name].split() for name in ("activity", "bodies", "first_names", "last_names", "towns", "programmes")
}
ACTIVITY: Final = {"yes": True, "no": False, "unknown": None}
FIRST_TRAINEE: Final = 1090  # as in the old database
TRAINEE_NUMBERS, USER_NUMBERS = 8_000_000, 9_000_000  # above these lie the invented GMC numbers
NUMBERS: Final = 1_000_000  # so many of each: a GMC number has seven digits
FIRST_REVISION: Final = 1_577_836_800_000  # 2020 in milliseconds since 1970
DAY: Final = 86_400_000  # milliseconds

Row = dict[str, Any]
Filling = tuple[str, int, Iterator[Row]]


@dataclass(frozen=True)
class Account:
    """A user and what belongs to him or her."""

    columns: Row
    roles: Sequence[str]
    bodies: Sequence[str]
    trusts: Sequence[int] = ()
    programmes: Sequence[int] = ()

    @property
    def name(self) -> str:
        """The user's name."""
        name: str = self.columns["name"]
        return name


def generate(rows: int) -> Iterator[Filling]:
    """Each table with the number of its rows and the rows, parents first; `rows` is the number of invented users."""
    for name, made in (*permissions(), *roles()):
        yield name, len(made), iter(made)
    for name, links in LINKS.items():
        size = sum(1 for account in accounts(rows) for _ in links(account))
        yield name, size, (row for account in accounts(rows) for row in links(account))
    bodies = WORDS["bodies"]
    yield "TraineeProfile", rows, (trainee(number) for number in range(rows))
    revisions = [{"REV": number, "REVTSTMP": FIRST_REVISION + number * DAY} for number in range(1, len(bodies) + 1)]
    yield "REVINFO", len(bodies), iter(revisions)
    yield "TraineeProfile_AUD", rows, (registration(number) for number in range(rows))


def permissions() -> Iterator[tuple[str, list[Row]]]:
    """The permissions, and which of them need which."""
    columns = ("name", "type", "resource", "actions", "description")
    yield (
        "Permission",
        [
            {**dict(zip(columns, values, strict=True)), "principal": part["principal"], "effect": "Allow"}
            for part in (LISTS["permissions"], LISTS["bulk_permissions"])
            for values in part["rows"]
        ],
    )
    requires = (
        dict(zip(("id", "permission", "requires"), values, strict=True)) for values in LISTS["requires"]["rows"]
    )
    yield "PermissionRequires", list(requires)


def roles() -> Iterator[tuple[str, list[Row]]]:
    """The roles, and what they give."""
    held = {name: given.split() for name, given in LISTS["roles"].items()}
    yield "Role", [{"name": name} for name in held]
    yield (
        "RolePermission",
        [{"roleName": name, "permissionName": given} for name, names in held.items() for given in names],
    )


def accounts(rows: int) -> Iterator[Account]:
    """The machines, and the invented users."""
    for name, address, held, bodies in LISTS["machines"]["rows"]:
        columns = {"name": name, "lastName": "", "emailAddress": address, "active": True}
        yield Account(columns, held, bodies)
    yield from map(invented, range(rows))


def invented(number: int) -> Account:
    """A user who is nobody: first the administrator, then an officer for each body, then the others."""
    bodies, (administrator, office) = WORDS["bodies"], INVENTED["administrator"]
    if number == 0:
        return Account(person(number, administrator), [office], bodies)
    if number <= len(bodies):
        return Account(person(number), INVENTED["officers"], [bodies[number - 1]])
    held = [name for name in chosen(INVENTED["roles"], number).split(", ") if name]
    own = dict.fromkeys([chosen(bodies, number), chosen(bodies, number + 1)][: number % 3])
    return Account(
        {**person(number), "active": ACTIVITY[chosen(WORDS["activity"], number + 2)]},
        held,
        list(own),
        [spread(number, 200)] if any("Trust" in name for name in held) else [],
        [spread(number, 90), 90 + number % 10][: number % 4] if any("Programme" in name for name in held) else [],
    )


def person(number: int, name: str = "") -> Row:
    """The columns of an invented, active user."""
    first, last = chosen(WORDS["first_names"], number), chosen(WORDS["last_names"], number + 3)
    name = name or f"{first}.{last}{number}".lower()
    return {
        "name": name,
        "firstName": first,
        "lastName": last,
        "gmcId": str(USER_NUMBERS + number % NUMBERS) if number % 5 == 1 else None,
        "phoneNumber": None if number % 2 else f"01632 960{number % 1000:03d}",  # Ofcom's numbers for drama
        "emailAddress": f"{name}@training.example",
        "active": True,
    }


def user_trusts(account: Account) -> Iterator[Row]:
    """The trusts that a user works for."""
    for number in account.trusts:
        town = WORDS["towns"][number % len(WORDS["towns"])]
        yield {
            "heeUser": account.name,
            "trustId": number + 1,
            "trustCode": f"RX{number + 1:03d}",
            "trustName": f"{town} Hospitals {number // len(WORDS['towns']) + 1}",
        }


def user_programmes(account: Account) -> Iterator[Row]:
    """The programmes that a user works for."""
    for number in account.programmes:
        name = WORDS["programmes"][number % len(WORDS["programmes"])]
        key = {"programmeId": str(number + 1), "programmeNumber": f"PRG{number + 1:03d}"}
        yield {"heeUser": account.name, **key, "programmeName": name}


LINKS: Mapping[str, Callable[[Account], Iterator[Row]]] = {
    "HeeUser": lambda account: iter([account.columns]),
    "UserRole": lambda account: ({"userName": account.name, "roleName": name} for name in account.roles),
    "UserDesignatedBody": lambda account: (
        {"userName": account.name, "designatedBodyCode": code} for code in account.bodies
    ),
    "UserTrust": user_trusts,
    "UserProgramme": user_programmes,
}


def trainee(number: int) -> Row:
    """A trainee, most of them active."""
    year, month, day = 2010 + spread(number, 10), 1 + spread(number + 1, 12), 1 + spread(number + 2, 28)
    return {
        "tisId": FIRST_TRAINEE + number,
        "gmcNumber": str(TRAINEE_NUMBERS + number),
        "active": number % 11 > 0,
        "dateAdded": f"{year}-{month:02d}-{day:02d}" if number % 4 else None,
        "designatedBodyCode": WORDS["bodies"][number % len(WORDS["bodies"])],
    }


def registration(number: int) -> Row:
    """The revision in which a trainee was added, one for each body."""
    return {**trainee(number), "REV": 1 + number % len(WORDS["bodies"]), "REVTYPE": 0}


def chosen(words: Sequence[str], number: int) -> str:
    """One of some words, for a number always the same."""
    return words[spread(number, len(words))]


def spread(number: int, of: int) -> int:
    """A number below `of` that follows from another one without showing it (Knuth's multiplicative hash)."""
    return number * 2_654_435_761 % 2**32 * of >> 32
