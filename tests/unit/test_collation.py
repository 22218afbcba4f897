"""shared/collation.py, where the expected answers are MariaDB's (tests/integration/test_collation_mariadb.py asks it)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.collation import compare, fold, like

TEXTS = st.text(st.characters(codec="utf-8", max_codepoint=0x1FFFF), max_size=6) | st.text(" aAéßS_%\\\t", max_size=5)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("abc", "ABC"),
        ("É", "e"),
        ("ß", "S"),
        ("mr ", "MR"),
        ("", "   "),
        ("Ångström", "ANGSTROM"),
        ("😀", "🚀"),
        ("ς", "Σ"),
    ],
)
def test_compare_finds_texts_equal(left: str, right: str) -> None:
    assert compare(left, right) == 0
    assert fold(left) == fold(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("a", "b"), ("z", "["), ("Z", "_"), ("a", "a b"), ("a\t", "a"), ("ss", "ßt"), ("a", "æ"), ("Z", "Þ"), (" a", "a")],
)
def test_compare_puts_left_before_right(left: str, right: str) -> None:
    assert compare(left, right) == -1
    assert compare(right, left) == 1


@given(TEXTS, TEXTS)
def test_fold_is_equal_just_where_compare_finds_equal(left: str, right: str) -> None:
    assert (fold(left) == fold(right)) == (compare(left, right) == 0)


@given(TEXTS, TEXTS, TEXTS)
def test_compare_is_an_order(one: str, two: str, three: str) -> None:
    assert compare(one, two) == -compare(two, one)
    if compare(one, two) <= 0 and compare(two, three) <= 0:
        assert compare(one, three) <= 0


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("%", ""),
        ("%é%", "CAFE"),
        ("ST_%", "straße"),
        ("_", "😀"),
        ("100\\%", "100%"),
        ("a\\_b", "A_B"),
        ("%\\\\%", "back\\slash"),
        ("a\\", "a\\"),
        ("%a%b%", "xxAxxBxx"),
        ("a%a", "aba"),
        ("%ab", "aab"),
        ("%[.*%", "x[.*"),
        ("%\n%", "two\nlines"),
    ],
)
def test_like_finds(pattern: str, text: str) -> None:
    assert like(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a", "a "),
        ("a ", "a"),
        ("", "a"),
        ("_", ""),
        ("a\\_b", "axb"),
        ("100\\%", "1000"),
        ("a%a", "a"),
        ("%b%a%", "ab"),
        (".", "x"),
    ],
)
def test_like_does_not_find(pattern: str, text: str) -> None:
    assert not like(pattern, text)


def test_like_takes_another_escape_character() -> None:
    assert like("50/%", "50%", "/")
    assert not like("50/%", "505", "/")
    assert like("a\\b", "A\\B", "/")


def test_like_ends_soon_on_a_pattern_made_to_be_slow() -> None:
    assert not like("%a" * 100 + "%b", "a" * 255)
    assert not like("%a_" * 80 + "%b", "a" * 255)
