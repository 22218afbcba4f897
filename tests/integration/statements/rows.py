"""As many rows of any service as one likes: the first has the id 1 and `x` for its texts, as paths in these tests do."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Table

from infra.data import schema
from tests.authority.people import AUTHORITIES, Rows, with_users
from tests.integration.fitting import NAMED, numbered_text, numbered_uuid
from tests.integration.statements.calls import FREE, OFFICER, SPARE

UUID_LENGTH = 36
VALUES: dict[type, Any] = {bool: True, date: "2020-01-02"}
# Columns in which all rows of a table say the same, so that one question finds them all.
ALIKE = {
    ("Permission", "actions"): "View",
    ("JsonPatch", "tableDtoName"): "x",
    ("Site", "trustCode"): "x",
    ("TraineeProfile", "designatedBodyCode"): "x",
    ("UserProgramme", "programmeId"): "1",
}
Pair = tuple[int, int]


def rows_of(service: str, number: int) -> Rows:
    """So many rows in each table; tables that refer to others have as many for the first of these, and one for each."""
    return {table.name: list(table_rows(table, number)) for table in schema.tables(service).sorted_tables}


def rows_for_calls(service: str, number: int) -> Rows:
    """The same, and what some calls need besides: spare rows that can be used or deleted; in profile who calls."""
    rows = rows_of(service, number)
    if service == "reference":
        rows["LocalOfficeContactType"].append(
            {"id": numbered_uuid(FREE), "code": SPARE, "label": SPARE, "status": "CURRENT"}
        )
    else:
        first = rows["Permission"][0]
        rows["Permission"] += [{**first, "name": name} for name in (*AUTHORITIES, SPARE)]
        rows["Role"] += [{"name": OFFICER}, {"name": SPARE}]
        rows["UserRole"].append({"userName": "x", "roleName": OFFICER})
        rows["RolePermission"] += [{"roleName": SPARE, "permissionName": one["name"]} for one in rows["Permission"]]
        rows["RolePermission"] += [{"roleName": one["name"], "permissionName": SPARE} for one in rows["Role"][:-1]]
        rows = with_users(rows)
    return rows


def table_rows(table: Table, number: int) -> Iterator[dict[str, Any]]:
    """The rows of a table, numbered."""
    links = [column.name for column in table.c if column.foreign_keys]
    for place, pair in enumerate(pairs(number) if links else ((one, one) for one in range(number))):
        yield {column.name: value_of(column, place, pair, links) for column in table.c}


def pairs(number: int) -> Iterable[Pair]:
    """Which row refers to which others: the first to all, and all to the first."""
    return [*((0, other) for other in range(number)), *((one, 0) for one in range(1, number))]


def value_of(column: Column[Any], place: int, pair: Pair, links: list[str]) -> Any:
    """The value of a column in a numbered row; of a link, that of the row to which it leads."""
    if column.name in links:
        target = next(iter(column.foreign_keys)).column
        return value_of(target, pair[links.index(column.name) % 2], pair, [])
    alike = ALIKE.get((column.table.name, column.name), NAMED.get(column.name))
    if alike is not None:
        return alike
    kind = column.type.python_type
    if kind is str:
        return numbered_uuid(place) if getattr(column.type, "length", None) == UUID_LENGTH else numbered_text(place)
    if kind is int:
        return place + 1
    return VALUES.get(kind, "2020-01-02 00:00:00")
