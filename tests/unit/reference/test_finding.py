"""Codes in a path, and the text form of rows in headers."""

import pytest

from services.reference.finding import codes_in_path
from services.reference.lookups import LOOKUPS
from services.reference.read_only_lists import RoleCategory
from services.reference.roles import Role
from services.reference.row_types import row_type
from services.reference.tables import gender, grade
from shared.json_patches import JsonPatch
from shared.rows import text_form


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        (" a , b", [" a ", " b"]),
        ("a,,b", ["a", "", "b"]),
        ("a,,", ["a"]),
        (",", []),
        ("", []),
        (",a", ["", "a"]),
        ("a.b,c", ["a.b", "c"]),
    ],
)
def test_codes_in_path(codes: str, found: list[str]) -> None:
    assert codes_in_path(codes) == found


def test_text_form_tells_all_fields_in_order() -> None:
    row = row_type(gender).model_validate({"code": "a", "label": "b", "uuid": "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"})
    assert text_form(row) == (
        "GenderDTO(id=null, uuid=1b4e28ba-2fa1-11d2-883f-0016d3cca427, code=a, label=b, status=null)"
    )


def test_text_form_of_flags_dates_and_nested_rows() -> None:
    shown = text_form(row_type(grade).model_validate({"id": 3, "postGrade": True}))
    assert shown.startswith("GradeDTO(id=3, uuid=null, ")
    assert "trainingGrade=false, postGrade=true" in shown
    role = Role(id=1, roleCategory=RoleCategory(id=2, name="Other"))
    assert text_form(role).endswith("roleCategory=RoleCategoryDTO(id=2, name=Other, uuid=null))")
    patch = JsonPatch.model_validate({"dateAdded": "2026-01-31T09:00:00Z"})
    assert "dateAdded=Sat Jan 31 09:00:00 UTC 2026" in text_form(patch)


def test_look_ups_are_told_apart_by_path_and_entity() -> None:
    assert len({lookup.path for lookup in LOOKUPS}) == len({lookup.entity for lookup in LOOKUPS}) == len(LOOKUPS)
    assert all(lookup.source.startswith("services/reference/lookups.py:") for lookup in LOOKUPS)
    assert len({lookup.source for lookup in LOOKUPS}) == len(LOOKUPS)
