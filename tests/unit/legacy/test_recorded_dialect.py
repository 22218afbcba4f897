"""The stand-in speaks as the old service was recorded to, in the collections that it has, byte for byte."""

import re
from collections.abc import Mapping

import pytest

from tests.contract.exchanges import Answer, Exchange, read_callers, read_dataset, read_exchanges
from tests.contract.player import NOT_SENT, Verdict, play
from tests.legacy.bodies import Row
from tests.legacy.catalogue import COLLECTIONS, PARENTS
from tests.legacy.messages import Refused, Request
from tests.legacy.profile import token_of
from tests.legacy.reference import Reference
from tests.legacy.store import Table
from tests.legacy.tokens import user_name
from tests.unit.legacy.asking import token

TABLES = {
    "dbcs": "DBC",
    "genders": "Gender",
    "grades": "Grade",
    "local-offices": "LocalOffice",
    "roles": "Role",
    "sites": "Site",
    "trusts": "Trust",
}
PARENT_TABLES = {"organizationType": "OrganizationType", "roleCategory": "RoleCategory"}
PARENT_COLUMNS = {"organizationType": "organizationTypeId", "roleCategory": "categoryId"}
FAMILIES = ("list", "get", "search", "filter", "create", "update", "delete", "read-back")
OWN = re.compile(rf"({'|'.join(FAMILIES)})/({'|'.join(TABLES)})/\d+")
# These show what bulk writes, or updates of organisation types, left behind: the stand-in has neither.
AFTER_OTHERS = {
    "create/trusts/4",
    "list/sites/9",
    "read-back/sites/1",
    "read-back/sites/17",
    "read-back/sites/4",
    "read-back/trusts/3",
    "update/sites/3",
}


def recorded_tables() -> dict[str, Table]:
    data = read_dataset("reference")
    parents = {
        kind: {row["id"]: {field.name: row[field.name] for field in PARENTS[kind]} for row in data[table]}
        for kind, table in PARENT_TABLES.items()
    }

    def joined(row: Row) -> Row:
        links = {kind: parents[kind].get(row.get(column)) for kind, column in PARENT_COLUMNS.items()}
        return {**row, **links}

    tables = {collection.path: Table(collection, parents) for collection in COLLECTIONS}
    for path, table in tables.items():
        table.load(
            {field.name: joined(row)[field.name] for field in table.collection.fields} for row in data[TABLES[path]]
        )
    return tables


def token_for(caller: str) -> str | None:
    known = read_callers("reference")[caller]
    return token(known["user"]) if known else None


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    authorities = {caller["user"]: caller["authorities"] for caller in read_callers("reference").values() if caller}

    def may(request: Request, authority: str) -> bool:
        return authority in authorities[user_name(token_of(request) or "") or ""]

    reference = Reference(recorded_tables(), may)

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        request = Request(method, target, list(headers.items()), body or b"")
        try:
            answer = reference.answer(request)
        except Refused as refused:
            answer = refused.answer
        return Answer.of(answer.status, answer.headers, answer.body)

    exchanges = [exchange for exchange in read_exchanges("reference") if is_own(exchange)]
    return list(play(exchanges, send, token_for, host="legacy", strict=True))


def is_own(exchange: Exchange) -> bool:
    return bool(OWN.fullmatch(exchange.name)) and exchange.name not in AFTER_OTHERS


@pytest.mark.parametrize("path", sorted(TABLES))
def test_answers_as_recorded(path: str, verdicts: list[Verdict]) -> None:
    played = [verdict for verdict in verdicts if f"/{path}/" in verdict.exchange.name and verdict.miss is not NOT_SENT]
    assert len(played) > 45
    assert [str(verdict) for verdict in played if verdict.miss] == []


def test_little_is_left_out(verdicts: list[Verdict]) -> None:
    """Only what reads rows that bulk writes made."""
    left_out = [verdict.exchange for verdict in verdicts if verdict.miss is NOT_SENT]
    assert {exchange.method for exchange in left_out} <= {"GET"}
    assert len(left_out) < len(verdicts) // 10
