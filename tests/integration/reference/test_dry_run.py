"""A dry run (X-Tis-Dry-Run) answers as the real thing does, and leaves nothing."""

from typing import Any

import pytest

from tests.integration.reference.caller import API, Caller

WRITES: tuple[tuple[str, str, Any, int], ...] = (
    ("POST", "genders", {"code": "q1", "label": "b"}, 201),
    ("PUT", "genders", {"code": "q1", "label": "b"}, 201),
    ("PUT", "genders", {"id": 1, "code": "q1", "label": "b"}, 200),
    ("PUT", "genders", {"id": 987654, "code": "q1", "label": "b"}, 200),
    ("DELETE", "record-types/{record-types}", None, 200),
    ("POST", "bulk-genders", [{"code": "q1", "label": "b"}, {"code": "q2", "label": "b"}], 200),
    ("PUT", "bulk-genders", [{"id": 1, "code": "q1", "label": "b"}], 200),
    ("POST", "trusts", {"code": "q1"}, 201),
    ("POST", "grades", {}, 201),
    ("POST", "jsonPatches", {"tableDtoName": "a"}, 201),
    ("PUT", "jsonPatches/{jsonPatches}", None, 200),
    ("PUT", "bulk-jsonPatches", [{"id": 987654, "tableDtoName": "a", "dateAdded": 0}], 200),
    ("DELETE", "funding-types/{funding-types}", None, 200),
    ("POST", "genders", {"code": "q1"}, 400),
    ("PUT", "trusts", {"id": 1, "organizationType": {"id": 987654}}, 409),
)
TABLES = ("genders", "record-types", "trusts", "grades", "jsonPatches", "funding-types", "funding-sub-types")


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_answers_and_leaves_nothing(call: Caller, method: str, path: str, body: Any, status: int) -> None:
    before = {name: call.rows(name) for name in TABLES}
    target = f"{API}/{path.format(**{name: rows[0]['id'] for name, rows in before.items() if rows})}"
    dry = call(method, target, body, X_Tis_Dry_Run="true")
    assert dry.status == status, dry
    assert {name: call.rows(name) for name in TABLES} == before
    real = call(method, target, body)
    assert (real.status, shape(real)) == (dry.status, shape(dry))
    if status < 400:
        assert {name: call.rows(name) for name in TABLES} != before


def shape(answer: Any) -> Any:
    """An answer without the ids that a database counts up."""
    alerts = {name: value for name, value in answer.headers.items() if name.endswith(("-alert", "-error"))}
    body = answer.json if answer.body else None
    rows = body if isinstance(body, list) else [body]
    return alerts, [row and {name: value for name, value in row.items() if name != "id"} for row in rows]


def test_reads_are_reads_all_the_same(call: Caller) -> None:
    assert call("GET", f"{API}/genders", X_Tis_Dry_Run="true").json == call("GET", f"{API}/genders").json
