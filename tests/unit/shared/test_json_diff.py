"""RFC 6902 operations as the old library made them."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.json_diff import differences

VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from("abc"))
LISTS = st.lists(st.one_of(VALUES, st.fixed_dictionaries({"a": VALUES, "b": VALUES})), max_size=6)
OBJECTS = st.fixed_dictionaries({"x": VALUES, "list": LISTS, "inner": st.fixed_dictionaries({"y": VALUES, "z": LISTS})})


def applied(document: Any, operations: list[dict[str, Any]]) -> Any:
    """A document after operations whose paths hold no escapes."""
    document = {"": copy.deepcopy(document)}
    for one in operations:
        steps = ["", *one["path"].split("/")[1:]]
        way, last = steps[:-1], steps[-1]
        place = document
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list) and one["op"] == "add":
            place.insert(int(last), one["value"])
        elif one["op"] == "remove":
            del place[int(last)]
        else:
            place[int(last) if isinstance(place, list) else last] = one["value"]
    return document[""]


@given(OBJECTS, OBJECTS)
def test_the_operations_lead_from_one_to_the_other(before: Any, after: Any) -> None:
    operations = list(differences(before, after))
    assert applied(before, operations) == after
    assert bool(operations) == (before != after)


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        (["u"], ["q", "u"], [{"op": "add", "path": "/0", "value": "q"}]),
        (["u"], ["u", "q"], [{"op": "add", "path": "/1", "value": "q"}]),
        (["q", "u"], ["u"], [{"op": "remove", "path": "/0"}]),
        (["q"], ["u"], [{"op": "replace", "path": "/0", "value": "u"}]),
        (["q", "r", "u"], ["x", "u"], [{"op": "replace", "path": "/0", "value": "x"}, {"op": "remove", "path": "/1"}]),
        ([{"id": 1}, {"id": 2}], [{"id": None}], [
            {"op": "replace", "path": "/0/id", "value": None}, {"op": "remove", "path": "/1"},
        ]),
        ({"a": ["x"]}, {"a": None}, [{"op": "replace", "path": "/a", "value": None}]),
    ],
)  # fmt: skip
def test_operations_come_as_the_old_library_made_them(before: Any, after: Any, operations: Any) -> None:
    assert list(differences(before, after)) == operations
