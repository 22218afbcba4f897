"""What callers see of Java: values taken from a JVM."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.java import date_text, double_text, hash_code, hash_order, uuid_text, wrap_int


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.5, "12.5"),
        (1e3, "1000.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (1.25e-10, "1.25E-10"),
        (-123456789.0, "-1.23456789E8"),
        (1e100, "1.0E100"),
    ],
)
def test_double_text(number: float, text: str) -> None:
    assert double_text(number) == text


def test_double_text_of_infinity() -> None:
    assert double_text(float("inf")) == "Infinity"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_double_text_reads_back(number: float) -> None:
    assert float(double_text(number)) == number


def test_date_text() -> None:
    assert date_text(datetime(2026, 1, 31, 9, 5, 7)) == "Sat Jan 31 09:05:07 UTC 2026"  # noqa: DTZ001 - as columns are


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", 0),
        ("a", 97),
        ("Site", 2577255),
        ("café", 3045921),
        ("\N{GRINNING FACE}", 1772899),
        (1, 1),
        (-1, 0),
        (2**32, 1),
    ],
)
def test_hash_code(key: str | int, code: int) -> None:
    assert hash_code(key) == code


def test_hash_order_is_that_of_a_hash_map() -> None:
    assert hash_order(["banana", "apple", "cherry", "apple"]) == ["banana", "apple", "cherry"]
    assert hash_order([17, 1, 16, 0]) == [16, 0, 17, 1]


@given(st.lists(st.integers(-(2**63), 2**63 - 1)) | st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_hash_order_gives_each_key_once(keys: list[str] | list[int]) -> None:
    ordered = hash_order(keys)  # type: ignore[type-var]
    assert sorted(ordered) == sorted(set(keys))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("number", "wrapped"), [(0, 0), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (-(2**31) - 1, 2**31 - 1)]
)
def test_wrap_int(number: int, wrapped: int) -> None:
    assert wrap_int(number) == wrapped


UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (UUID, UUID),
        (UUID.upper(), UUID),
        ("1-1-1-1-1", "00000001-0001-0001-0001-000000000001"),
        (f"{UUID}0", "1b4e28ba-2fa1-11d2-883f-016d3cca4270"),
        ("f1b4e28ba-2fa1-11d2-883f-0016d3cca427", UUID),
    ],
)
def test_uuid_text(text: str, read: str) -> None:
    assert uuid_text(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        f"{UUID[:-1]}g",
        UUID.replace("-", ""),
        f"{{{UUID}}}",
        f"{UUID}-0",
        "1--1-1-1",
        "\N{ARABIC-INDIC DIGIT ONE}-1-1-1-1",
    ],
)
def test_uuid_text_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        uuid_text(text)
