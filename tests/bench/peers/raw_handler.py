"""Sites by hand: PyMySQL, json, one connection in autocommit, statements written once, no token looked at."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pymysql
from sqlalchemy import make_url

Event = Mapping[str, Any]
Handler = Callable[[Event, Any], dict[str, Any]]

OWN_BEFORE = (
    "id",
    "siteCode",
    "startDate",
    "endDate",
    "localOffice",
    "trustCode",
    "trustId",
    "siteName",
    "address",
    "postCode",
    "siteKnownAs",
    "siteNumber",
    "organisationalUnit",
)
OWN_AFTER = ("status", "intrepidId")
PARENT = ("id", "uuid", "code", "label", "status")
SEARCHED = ("siteCode", "trustCode", "siteName", "postCode", "address", "siteKnownAs")

COLUMNS = ", ".join([f"s.{name}" for name in OWN_BEFORE + OWN_AFTER] + [f"o.{name}" for name in PARENT])
SELECT = f"SELECT {COLUMNS} FROM Site s LEFT JOIN OrganizationType o ON s.organizationTypeId = o.id"  # noqa: S608
SELECT_ONE = f"{SELECT} WHERE s.id = %s"
LIKES = " OR ".join(f"s.{name} LIKE %s" for name in SEARCHED)


def connect(url: str) -> Any:
    """A connection to the database at a URL, in autocommit."""
    parts = make_url(url)
    return pymysql.connect(
        host=parts.host, port=parts.port or 3306, user=parts.username, database=parts.database, autocommit=True
    )


def site_handler(url: str) -> Handler:
    """`GET /reference/api/sites/{id}`."""
    connection = connect(url)

    def handle(event: Event, _: Any) -> dict[str, Any]:
        key = int(event["path"].rpartition("/")[2])
        with connection.cursor() as cursor:
            cursor.execute(SELECT_ONE, (key,))
            found = cursor.fetchone()
        return answer(404, None) if found is None else answer(200, as_site(found))

    return handle


def page_handler(url: str, filtered: Sequence[str], *, search: bool) -> Handler:
    """`GET /reference/api/sites`: a page that fits values of some columns, and a text where one is meant, counted."""
    connection = connect(url)
    clauses = [f"({LIKES})"] * search + [f"s.{name} IN %s" for name in filtered]
    fits = f"WHERE {' AND '.join(clauses)}"
    select_page = f"{SELECT} {fits} ORDER BY s.id LIMIT %s OFFSET %s"
    count = f"SELECT COUNT(*) FROM Site s {fits}"  # noqa: S608

    def handle(event: Event, _: Any) -> dict[str, Any]:
        query = event["queryStringParameters"]
        number, size = int(query["page"]), int(query["size"])
        wanted = json.loads(query["columnFilters"])
        values = [f"%{query['searchQuery']}%"] * len(SEARCHED) if search else []
        values += [wanted[name] for name in filtered]
        with connection.cursor() as cursor:
            cursor.execute(select_page, [*values, size, number * size])
            sites = [as_site(row) for row in cursor.fetchall()]
            cursor.execute(count, values)
            (total,) = cursor.fetchone()
        return answer(200, sites, {"X-Total-Count": [str(total)]})

    return handle


def as_site(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row as JSON shows it, its organisation type nested."""
    own = len(OWN_BEFORE)
    status, intrepid_id = row[own], row[own + 1]
    parent = row[own + 2 :]
    site = dict(zip(OWN_BEFORE, row, strict=False))
    site["organizationType"] = None if parent[0] is None else dict(zip(PARENT, parent, strict=True))
    site["status"], site["intrepidId"] = status, intrepid_id
    return site


def answer(status: int, body: Any, headers: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """What API Gateway takes from a function."""
    return {
        "statusCode": status,
        "multiValueHeaders": {"Content-Type": ["application/json"], **(headers or {})},
        "body": json.dumps(body, default=date.isoformat, separators=(",", ":"), ensure_ascii=False),
        "isBase64Encoded": False,
    }
