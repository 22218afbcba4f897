"""/reference/api: six collections of TIS-REFERENCE, each with list, get, create, update and delete."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote

from tests.legacy.bodies import Row, row_of
from tests.legacy.catalogue import DBCS, TRUSTS
from tests.legacy.jackson import joined
from tests.legacy.messages import (
    STANDING,
    Answer,
    Pairs,
    Refused,
    Request,
    access_denied,
    container_answer,
    crash,
    json_answer,
    method_not_allowed,
    options_answer,
    printed_answer,
)
from tests.legacy.profile import token_of
from tests.legacy.queries import Query, links, sorted_rows
from tests.legacy.rules import VALIDATORS, validate
from tests.legacy.store import Refusal, Table, collated

BASE: Final = "/reference/api/"
MODIFY: Final = "reference:add:modify:entities"
DELETE: Final = "reference:delete:entities"
FIREWALL: Final = re.compile(r"%(?:2f|25|2e|3b|5c|00)|[;\\]|//|/\.\.?/", re.IGNORECASE)
# Look-ups that stand where an id would, and that the stand-in does not have.
ELSEWHERE: Final = frozenset({"codeexists", "codes", "exists", "matches", "search", "user"})
BY_CODE: Final = "code/"
WHOLE_NUMBER: Final = re.compile(r"\s*[+-]?\d{1,18}\s*")


class Reference:
    """Answers requests from its tables, by collection path."""

    def __init__(self, tables: dict[str, Table], may: Callable[[Request, str], bool]) -> None:
        """`may` says whether a request's caller has an authority."""
        self.tables, self._may = tables, may

    def answer(self, request: Request) -> Answer:
        """The answer, or Refused, in the old service's order: firewall, token, route, body, validation, authority, rules."""
        if FIREWALL.search(request.path):
            return container_answer(500, request.path)
        if token_of(request) is None:
            return container_answer(401, request.path)
        path, _, key = request.path.removeprefix(BASE).removesuffix("/").partition("/")
        table = self.tables.get(path)
        is_by_code = path == DBCS.path and key.startswith(BY_CODE)
        if table is None or (not is_by_code and ("/" in key or key in ELSEWHERE)):
            return container_answer(404, request.path)
        if not accepts_json(request.header("accept")):
            return Answer(406)
        try:
            return self._of_row(request, table, unquote(key)) if key else self._of_collection(request, table)
        except Refusal:
            return crash()

    def _of_collection(self, request: Request, table: Table) -> Answer:
        match request.method:
            case "GET" | "HEAD":
                return list_rows(request, table)
            case "POST":
                row = row_of(request, table.collection)
                validate(row, table.collection, is_new=True)
                return self._create(request, table, row)
            case "PUT":
                return self._update(request, table)
            case "OPTIONS":
                return options_answer(["GET", "HEAD", "POST", "PUT", "OPTIONS"])
        return method_not_allowed(request.method)

    def _of_row(self, request: Request, table: Table, key: str) -> Answer:
        if key.startswith(BY_CODE):
            return row_by_code(request, table, key.removeprefix(BY_CODE))
        methods = ["GET", "HEAD", *(["DELETE"] if table.collection.is_deletable else []), "OPTIONS"]
        if request.method not in methods:
            return method_not_allowed(request.method)
        if request.method == "OPTIONS":
            return options_answer(methods)
        if not WHOLE_NUMBER.fullmatch(key):
            return crash()
        row_id = int(key)
        if request.method == "DELETE":
            self._demand(request, DELETE)
            table.delete(row_id)
            return Answer(200, [*STANDING, *alert(table, "deleted", row_id)])
        row = table.rows.get(row_id)
        return Answer(404) if row is None else printed_answer(200, table.printed(row))

    def _create(self, request: Request, table: Table, row: Row) -> Answer:
        self._demand(request, MODIFY)
        self._check(table, row)
        if row["id"] is not None and (table.collection is not TRUSTS or row["id"] in table.rows):
            error = [("X-referenceApp-error", "error.idexists"), ("X-referenceApp-params", table.collection.entity)]
            return Answer(400, [*STANDING, *error])
        made = table.insert(row)
        location = ("Location", f"/api/{table.collection.path}/{quote(str(made['id']))}")
        return json_answer(201, made, [location, *alert(table, "created", made["id"])])

    def _update(self, request: Request, table: Table) -> Answer:
        row = row_of(request, table.collection)
        validate(row, table.collection, is_new=False)
        if row["id"] is None:
            return self._create(request, table, row)
        self._demand(request, MODIFY)
        self._check(table, row)
        return json_answer(200, table.update(row), alert(table, "updated", row["id"]))

    def _demand(self, request: Request, authority: str) -> None:
        if not self._may(request, authority):
            raise Refused(access_denied())

    def _check(self, table: Table, row: Row) -> None:
        validator = VALIDATORS.get(table.collection.path)
        if validator:
            validator(row, list(self.tables[TRUSTS.path].rows.values()))


def row_by_code(request: Request, table: Table, code: str) -> Answer:
    """The designated body with a code; two of them crash, as they did."""
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed(request.method)
    found = [row for row in table.in_order() if row["dbc"] is not None and collated(row["dbc"]) == collated(code)]
    if len(found) > 1:
        return crash()
    return printed_answer(200, table.printed(found[0])) if found else Answer(404)


def list_rows(request: Request, table: Table) -> Answer:
    """A page of rows, with X-Total-Count and Link."""
    query = Query(request.query, table.collection)
    rows = table.in_order()
    for holds in query.predicates:
        rows = [row for row in rows if holds(row)]
    number, size = query.page
    page = sorted_rows(rows, query.orders)[number * size : (number + 1) * size]
    headers = [
        ("X-Total-Count", str(len(rows))),
        ("Link", links(f"/api/{table.collection.path}", query.page, len(rows))),
    ]
    return printed_answer(200, joined([table.printed(row) for row in page]), headers)


def alert(table: Table, event: str, row_id: int) -> Pairs:
    """The headers that tell of a success."""
    entity = table.collection.entity
    return [("X-referenceApp-alert", f"referenceApp.{entity}.{event}"), ("X-referenceApp-params", str(row_id))]


def accepts_json(accept: str | None) -> bool:
    """Does an Accept header leave room for JSON?"""
    ranges = [part.partition(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
    return any(part in ("*/*", "application/*", "application/json") for part in ranges)
