"""One call of each endpoint that gets to its end, for one row and for many."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.http.endpoint import Endpoint
from tests.integration.caller import model_of, query_of, target_of
from tests.integration.fitting import fitting_body, numbered_text, numbered_uuid

FREE = 5_000  # rows from this number on are not there yet
SPARE = "spare"  # a role and a permission that nobody has, and that can be deleted
OFFICER = "RVOfficer"
# Refused whatever they hold (its bulk update has never worked), or by the database at the last statement: rows refer to
# what would be deleted.
UNFINISHED = (
    "PUT /reference/api/bulk-dbcs",
    "DELETE /reference/api/local-offices/{id}",
    "DELETE /reference/api/organization-types/{id}",
)
OWN = ("userinfo", "userupdate")  # what these tell is the caller's own


def texts(number: int) -> str:
    """The texts of so many rows, as a list with commas."""
    return ",".join(numbered_text(one) for one in range(number))


def uuids(number: int) -> str:
    """Their UUIDs."""
    return ",".join(numbered_uuid(one) for one in range(number))


def ids(number: int) -> str:
    """Their ids."""
    return ",".join(str(one + 1) for one in range(number))


# Paths and queries that name several rows, or another than the first.
TARGETS: Mapping[str, Callable[[int], str]] = {
    "GET /reference/api/funding-sub-types/ids/in": lambda number: f"?ids={uuids(number)}",
    "GET /reference/api/grades/ids/in": lambda number: f"?ids={ids(number)}",
    "GET /reference/api/sites/ids/in": lambda number: f"?ids={ids(number)}",
    "GET /reference/api/trusts/ids/in": lambda number: f"?ids={ids(number)}",
    "GET /profile/api/users": lambda number: f"?designatedBodyCode={texts(number)}",
}
VALUES: Mapping[str, Callable[[int], str]] = {
    "codes": texts,
    "roleNames": texts,
}
# Fields of bodies that must name what is not there yet.
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "POST /reference/api/local-office-contacts": {"contactType": {"id": numbered_uuid(FREE), "code": SPARE}}
}
DELETED = {"/profile/api/roles/{name}": SPARE, "/profile/api/permissions/{name}": SPARE}


def target_for(endpoint: Endpoint, number: int) -> str:
    """The target of a call that is about so many rows, where it can be."""
    name = f"{endpoint.method} {endpoint.template}"
    values = {parameter: value(number) for parameter, value in VALUES.items()}
    if endpoint.method == "DELETE" and endpoint.template in DELETED:
        values["name"] = DELETED[endpoint.template]
    query = TARGETS[name](number) if name in TARGETS else query_of(endpoint)
    if "page" in endpoint.hints:
        query += f"{'&' if query else '?'}size=2000"
    return target_of(endpoint, **values) + query


def body_for(endpoint: Endpoint, number: int) -> Any:
    """A body of so many rows, new ones where it is a POST of rows."""
    creates = endpoint.method == "POST" and "body" in endpoint.hints and model_of(endpoint) is not None
    body = fitting_body(endpoint, rows=number, nested=number, first=FREE if creates else 0)
    special = FIELDS.get(f"{endpoint.method} {endpoint.template}")
    return {**body, **special} if special else body
