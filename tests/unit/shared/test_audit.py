"""The difference between a stored and a sent row, as RFC 6902 tells it."""

from services.reference.read_only_lists import RoleCategory
from services.reference.roles import Role
from shared.audit import difference

STORED = Role(id=1, code="a", label="b", roleCategory=RoleCategory(id=2, name="Others"))


def test_equal_rows_differ_in_nothing() -> None:
    assert difference(STORED, STORED.model_copy()) == []


def test_each_changed_field_is_replaced() -> None:
    sent = Role(id=1, code="c", label="b", roleCategory=RoleCategory(id=3, name="Others"))
    assert difference(STORED, sent) == [
        {"op": "replace", "path": "/code", "value": "c"},
        {"op": "replace", "path": "/roleCategory/id", "value": 3},
    ]


def test_a_nested_row_may_go_and_come() -> None:
    without = STORED.model_copy(update={"roleCategory": None})
    assert difference(STORED, without) == [{"op": "replace", "path": "/roleCategory", "value": None}]
    (came,) = difference(without, STORED)
    assert (came["op"], came["path"], came["value"]["id"]) == ("replace", "/roleCategory", 2)


def test_where_nothing_is_stored_the_root_is_replaced() -> None:
    (root,) = difference(None, STORED)
    assert (root["op"], root["path"], root["value"]["code"]) == ("replace", "", "a")
