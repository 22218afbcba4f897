"""What the JSON reader accepts and refuses (REFERENCE.md section 5), and that it never does anything else."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.errors import BadRequest
from shared.jackson import Day, Flag, Long, Moment, PrimitiveFlag, StatusWord, Text, Uuid, read_json, write_moment
from tests.unit.shared.refusals import maybe_refused

UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
DEEP = 100_000


class Everything(BaseModel):
    text: Text = None
    number: Long = None
    flag: Flag = None
    plain: PrimitiveFlag = False
    uuid: Uuid = None
    status: StatusWord = None
    day: Day = None
    moment: Moment = None


def read(field: str, value: Any) -> Any:
    return getattr(Everything.model_validate({field: value}), field)


@pytest.mark.parametrize(
    ("field", "sent", "wanted"),
    [
        ("text", "a", "a"),
        ("text", "", ""),
        ("text", "  a ", "  a "),
        ("text", 7, "7"),
        ("text", 12.5, "12.5"),
        ("text", 1e3, "1000.0"),
        ("text", True, "true"),
        ("text", None, None),
        ("text", "\ufffd", "\ufffd"),
        ("text", "a\u0000b", "a\u0000b"),
        ("number", 7, 7),
        ("number", "7", 7),
        ("number", " 7 ", 7),
        ("number", "", None),
        ("number", 1.7, 1),
        ("number", -1.7, -1),
        ("number", None, None),
        ("number", 2**63 - 1, 2**63 - 1),
        ("number", -(2**63), -(2**63)),
        ("flag", True, True),
        ("flag", "true", True),
        ("flag", "False", False),
        ("flag", 1, True),
        ("flag", 0, False),
        ("flag", 2, True),
        ("flag", "", None),
        ("flag", None, None),
        ("plain", None, False),
        ("plain", "", False),
        ("plain", 1, True),
        ("uuid", UUID, UUID),
        ("uuid", UUID.upper(), UUID),
        ("uuid", "", None),
        ("status", "CURRENT", "CURRENT"),
        ("status", 0, "CURRENT"),
        ("status", 1, "INACTIVE"),
        ("status", None, None),
        ("day", "2026-01-31", date(2026, 1, 31)),
        ("day", "2026-01-31T23:59:59", date(2026, 1, 31)),
        ("day", "2026-01-31T23:59:59Z", date(2026, 1, 31)),
        ("day", "2026-01-31T23:59:59.123Z", date(2026, 1, 31)),
        ("day", [2026, 1, 31], date(2026, 1, 31)),
        ("day", 0, date(1970, 1, 1)),
        ("day", -1, date(1969, 12, 31)),
        ("day", 20000, date(2024, 10, 4)),
        ("day", "", None),
        ("day", None, None),
        ("moment", 0, datetime(1970, 1, 1)),  # noqa: DTZ001 - columns bear no zone
        ("moment", "86400000", datetime(1970, 1, 2)),  # noqa: DTZ001
        ("moment", "2026-01-31", datetime(2026, 1, 31)),  # noqa: DTZ001
        ("moment", "2026-01-31T10:00:00", datetime(2026, 1, 31, 10)),  # noqa: DTZ001
        ("moment", "2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10)),  # noqa: DTZ001
        ("moment", "2026-01-31T10:00:00+01:00", datetime(2026, 1, 31, 9)),  # noqa: DTZ001
        ("moment", "", None),
    ],
)
def test_accepts(field: str, sent: Any, wanted: Any) -> None:
    got = read(field, sent)
    assert (got, type(got)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("text", []),
        ("text", {}),
        ("text", "\N{GRINNING FACE}"),
        ("text", "\ud800"),
        ("number", "seven"),
        ("number", "1.5"),
        ("number", "٣"),
        ("number", True),
        ("number", []),
        ("number", {}),
        ("number", 2**63),
        ("number", "9" * 30),
        ("number", 1e300),
        ("number", float("inf")),
        ("flag", "yes"),
        ("flag", 0.5),
        ("flag", []),
        ("uuid", "not a uuid"),
        ("uuid", UUID[:-1]),
        ("uuid", 7),
        ("uuid", []),
        ("status", ""),
        ("status", "current"),
        ("status", "DELETED"),
        ("status", 2),
        ("status", -1),
        ("status", 0.0),
        ("status", True),
        ("status", []),
        ("status", {}),
        ("day", "31/01/2026"),
        ("day", "2026-02-30"),
        ("day", "2026-1-1"),
        ("day", [2026, 13, 1]),
        ("day", [2026]),
        ("day", ["2026", 1, 1]),
        ("day", [10**30, 1, 1]),
        ("day", 1.5),
        ("day", True),
        ("day", 10**30),
        ("day", {}),
        ("moment", "yesterday"),
        ("moment", 10**30),
        ("moment", "9" * 30),
        ("moment", True),
        ("moment", 1.5),
        ("moment", {}),
        ("moment", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_refuses(field: str, sent: Any) -> None:
    with pytest.raises(ValidationError):
        read(field, sent)


@pytest.mark.parametrize(
    "sent", [f"{{{UUID}}}", f"urn:uuid:{UUID}", UUID.replace("-", ""), UUID.replace("1", "\N{FULLWIDTH DIGIT ONE}")]
)
def test_refuses_what_only_python_takes_for_a_uuid(sent: str) -> None:
    with pytest.raises(ValidationError):
        read("uuid", sent)


@pytest.mark.parametrize(
    ("field", "sent"), [("day", [2026, 1, 1, 1]), ("day", ["a", 1, 1]), ("day", 10**30), ("text", float("inf"))]
)
def test_refuses_in_words_for_callers(field: str, sent: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        read(field, sent)
    message = refused.value.errors()[0]["msg"]
    assert not any(word in message for word in ("Python", "argument", "object", "literal", "base 10"))


def test_names_are_case_sensitive_and_unknown_ones_ignored() -> None:
    assert Everything.model_validate({"TEXT": "a", "nonsense": {"deep": []}}) == Everything()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":1}', {"a": 1}),
        ('  {"a":1} and more', {"a": 1}),
        ('\ufeff{"a":1}', {"a": 1}),
        ('{"a":1,"a":2}', {"a": 2}),
        ("[]", []),
        ("null", None),
    ],
)
def test_read_json(text: str, value: Any) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "{'a':1}",
        "{a:1}",
        '{"a":1,}',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "\x00",
        '"a\nb"',
        "[" * DEEP,
        '{"a":' * DEEP,
        "9" * 5000,
    ],
    ids=lambda text: text[:12],
)
def test_read_json_refuses(text: str) -> None:
    with pytest.raises(BadRequest, match=r".+\."):
        read_json(text)


def test_write_moment() -> None:
    assert write_moment(datetime(2026, 1, 31, 10)) == "2026-01-31T10:00:00.000+00:00"  # noqa: DTZ001
    assert write_moment(None) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", fullmatch=True),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(Everything.model_fields)), json_values)
def test_any_value_is_read_or_refused(field: str, value: Any) -> None:
    with maybe_refused(ValidationError):
        read(field, value)


@given(st.text() | st.recursive(json_values, st.lists).map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    with maybe_refused(BadRequest):
        read_json(text)
