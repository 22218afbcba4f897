"""The lists of the old profile, from its database: users, one user, roles, permissions; by pages, without search and sort."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from sqlalchemy import text

from tests.legacy.accounts import Accounts
from tests.legacy.jackson import pretty
from tests.legacy.messages import JSON_TYPE, STANDING, VARY, Answer, Pairs, Request
from tests.legacy.queries import DEFAULT_SIZE, LARGEST_SIZE, Page, links, whole_number

BASE: Final = "/profile/api/"
RESTRICTED: Final = ["HEE", "Machine User", "RVOfficer"]
PERMISSIONS: Final = text(
    "SELECT name, type, description, principal, resource, actions, effect FROM Permission ORDER BY name"
)
ROLES: Final = text("SELECT name FROM Role ORDER BY name")
HELD: Final = text("SELECT roleName, permissionName FROM RolePermission")
COLUMNS: Final = "name, firstName, lastName, gmcId, phoneNumber, emailAddress, active"
COUNT: Final = text("SELECT COUNT(*) FROM HeeUser")
PAGE: Final = text(f"SELECT {COLUMNS} FROM HeeUser ORDER BY name LIMIT :size OFFSET :start")  # noqa: S608 - ours
ONE: Final = text(f"SELECT {COLUMNS} FROM HeeUser WHERE name = :name")  # noqa: S608 - ours
# What hangs on a user, by the key under which it is told.
PARTS: Final = {
    "roles": text("SELECT roleName FROM UserRole WHERE userName = :name"),
    "designatedBodyCodes": text("SELECT designatedBodyCode FROM UserDesignatedBody WHERE userName = :name"),
    "associatedTrusts": text(
        "SELECT id, NULL AS heeUserDTO, trustId, trustCode, trustName FROM UserTrust WHERE heeUser = :name ORDER BY id"
    ),
    "associatedProgrammes": text(
        "SELECT id, NULL AS heeUserDTO, programmeId, programmeName, programmeNumber FROM UserProgramme"
        " WHERE heeUser = :name ORDER BY id"
    ),
}
UNSORTED: Final = {"sorted": False, "empty": True, "unsorted": True}

Row = dict[str, Any]


class Directory:
    """Answers questions for lists; whether the caller may ask has been seen to."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lists: dict[str, Callable[[Request], Answer]] = {
            "hee-users": self._users,
            "permissions": lambda request: paged(request, "permissions", self._permissions()),
            "roles": lambda request: paged(request, "roles", self._roles()),
            "restricted-roles": lambda _: answered(RESTRICTED),
        }

    def find(self, request: Request) -> Callable[[Request], Answer] | None:
        """What answers a request; None where no list does."""
        name, _, key = request.path.removesuffix("/").removeprefix(BASE).partition("/")
        if request.method not in ("GET", "HEAD") or (key and (name != "hee-users" or "/" in key)):
            return None
        return (lambda _: self._user(unquote(key))) if key else self._lists.get(name)

    def _permissions(self) -> list[Row]:
        return [{**row, "actions": row["actions"].split(",")} for row in self._rows(PERMISSIONS)]

    def _roles(self) -> list[Row]:
        known = {row["name"]: row for row in self._permissions()}
        linked = [(row["roleName"], row["permissionName"]) for row in self._rows(HELD)]
        held = [(role, known[name]) for role, name in linked if name in known]  # spelled otherwise, it got lost
        return [
            {"name": row["name"], "permissions": [one for role, one in held if role == row["name"]]}
            for row in self._rows(ROLES)
        ]

    def _users(self, request: Request) -> Answer:
        page = page_of(request)
        total = self._accounts.rows(COUNT)[0][0]
        rows = self._rows(PAGE, size=page.size, start=page.number * page.size)
        return answered(spring_page(self._complete(rows), page, total))

    def _user(self, name: str) -> Answer:
        found = self._complete(self._rows(ONE, name=name))
        return answered(found[0]) if found else Answer(404, standing())

    def _complete(self, users: list[Row]) -> list[Row]:
        """Users with all that hangs on them."""
        roles = {role["name"]: role for role in self._roles()} if users else {}
        for user in users:
            parts = {key: self._rows(query, name=user["name"]) for key, query in PARTS.items()}
            names = [row["roleName"] for row in parts["roles"]]
            codes = [row["designatedBodyCode"] for row in parts["designatedBodyCodes"]]
            for row in parts["associatedProgrammes"]:
                row["programmeId"] = None if row["programmeId"] is None else int(row["programmeId"])
            own = {"roles": [roles.get(name, {"name": name, "permissions": []}) for name in names]}
            user |= {**parts, **own, "designatedBodyCodes": codes or ["None"]}
            user["active"] = None if user["active"] is None else user["active"] in (1, b"\x01")
        return users

    def _rows(self, query: Any, **parameters: Any) -> list[Row]:
        return [dict(row._mapping) for row in self._accounts.rows(query, **parameters)]


def page_of(request: Request) -> Page:
    """The page that is asked for."""
    values = parse_qs(request.query)
    size = whole_number(values, "size", 1, DEFAULT_SIZE)
    return Page(whole_number(values, "page", 0, 0), min(size, LARGEST_SIZE))


def paged(request: Request, name: str, rows: list[Row]) -> Answer:
    """A page of a list, with X-Total-Count and Link."""
    page = page_of(request)
    counted = [("X-Total-Count", str(len(rows))), ("Link", links(f"/api/{name}", page, len(rows)))]
    return answered(rows[page.number * page.size :][: page.size], counted)


def spring_page(rows: list[Row], page: Page, total: int) -> Row:
    """A page as Spring tells it."""
    pages, start = -(-total // page.size), page.number * page.size
    return {
        "content": rows,
        "pageable": {
            "sort": UNSORTED,
            "pageNumber": page.number,
            "pageSize": page.size,
            "offset": start,
            "paged": True,
            "unpaged": False,
        },
        "totalElements": total,
        "totalPages": pages,
        "last": page.number + 1 >= pages,
        "size": page.size,
        "number": page.number,
        "sort": UNSORTED,
        "numberOfElements": len(rows),
        "first": page.number == 0,
        "empty": not rows,
    }


def answered(content: Any, more: Pairs | None = None) -> Answer:
    """The answer with some JSON."""
    return Answer(200, [*standing(), *(more or ()), JSON_TYPE], pretty(content).encode())


def standing() -> Pairs:
    """The headers of all these answers, which no page of another origin may read."""
    return [pair for pair in STANDING if pair not in VARY]
