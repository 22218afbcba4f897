"""The grammar of searchQuery and columnFilters, rule by rule, and whatever else callers may send."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.filters import ColumnFilters, Number, decode_again, like_pattern, read_filters, read_search, strip_invisible
from tests.unit.shared.refusals import maybe_refused

BEYOND = "\N{GRINNING FACE}"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (None, None),
        ("", None),
        ("   ", None),
        ("\u0000\u200b\t", None),
        ("Leeds", "Leeds"),
        ("  Leeds General  ", "Leeds General"),
        ("Le\u0007e\u200bds", "Leeds"),
        ('"Leeds"', "Leeds"),
        ('"Leeds', '"Leeds'),
        ('Leeds"', 'Leeds"'),
        ('"', '"'),
        ('""', None),
        ('" Leeds "', "Leeds"),
        ("St+James", "St James"),
        ("St%20James", "St James"),
        ("100%", "100%"),
        ("100%+sure", "100%+sure"),
        ("%2525", "%25"),
        ("%20%20", None),
        ("Leeds%00", "Leeds"),
        ("caf%C3%A9", "café"),
        ("7", "7"),
        ("true", "true"),
    ],
)
def test_read_search(sent: str | None, wanted: str | None) -> None:
    assert read_search(sent) == wanted


@pytest.mark.parametrize("sent", [BEYOND, f'"{BEYOND}"', "%F0%9F%98%80"])
def test_read_search_refuses_four_bytes(sent: str) -> None:
    with pytest.raises(BadRequest, match=r"searchQuery: .+\."):
        read_search(sent)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("a", "%a%"), ("50%", r"%50\%%"), ("a_b", r"%a\_b%"), ("a\\b", r"%a\\b%"), ("O'Neil", "%O'Neil%")],
)
def test_like_pattern_escapes_wildcards(text: str, pattern: str) -> None:
    assert like_pattern(text) == pattern


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("{}", {}),
        (None, {}),
        ('{"code":["a"]}', {"code": ["a"]}),
        ('  {"code":["a"]}', {"code": ["a"]}),
        ('{"code":["a"]} and more', {"code": ["a"]}),
        ('{"code":["a"],"code":["b"]}', {"code": ["b"]}),
        ('{"code":["a","b"],"label":["c"]}', {"code": ["a", "b"], "label": ["c"]}),
        ('{"code":[1]}', {"code": [1]}),
        ('{"code":[true]}', {"code": [True]}),
        ('{"internal":["true"]}', {"internal": [True]}),
        ('{"internal":["false"]}', {"internal": [False]}),
        ('{"internal":["TRUE"]}', {"internal": ["TRUE"]}),
        ('{"id":["007"]}', {"id": [7]}),
        ('{"id":["-7"]}', {"id": ["-7"]}),
        ('{"code":[" a "]}', {"code": ["a"]}),
        ('{"code":["a\\u0000b\\u200b"]}', {"code": ["ab"]}),
        ('{"dateFrom":[" a "]}', {"dateFrom": [" a "]}),
        ('{"status":[]}', {"status": []}),
        ('{"status":[null,"CURRENT"]}', {"status": ["", "CURRENT"]}),
        ('{"roleCategory.name":["x"]}', {"roleCategory.name": ["x"]}),
        ("%7B%22code%22%3A%5B%22a+b%22%5D%7D", {"code": ["a b"]}),
        ('{"code":["a+b"]}', {"code": ["a+b"]}),
        ('{"code":["50%"]}', {"code": ["50%"]}),
    ],
)
def test_read_filters(sent: str | None, wanted: ColumnFilters) -> None:
    assert read_filters(sent) == wanted


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [('{"code":["a+b"]}', {"code": ["a b"]}), ('{"code":["50%25"]}', {"code": ["50%"]})],
)
def test_read_filters_decodes_always_where_told(sent: str, wanted: ColumnFilters) -> None:
    assert read_filters(sent, decode_always=True) == wanted


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "null",
        "[]",
        "7",
        '"text"',
        "{",
        '{"code":',
        '{"code":["a"}',
        '{"code":"a"}',
        '{"code":{}}',
        '{"code":[]}',
        '{"code":[null]}',
        '{"code":[["a"]]}',
        '{"code":[{}]}',
        "{'code':['a']}",
        "[%",
        "%7",
        '{"code":["12345678901234567890"]}',
        '{"code":[NaN]}',
        f'{{"code":["{BEYOND}"]}}',
        '{"code":["\\ud83d\\ude00"]}',
        '{"code":["\\ud800"]}',
        '{"code":' + "[" * 10_000,
        '{"code":[' + "9" * 5_000 + "]}",
    ],
)
def test_read_filters_refuses(sent: str) -> None:
    with pytest.raises(BadRequest, match=r".+\."):
        read_filters(sent)


@pytest.mark.parametrize("sent", ['{"code":["50%"]}', "%zz"])
def test_read_filters_refuses_malformed_percent_where_decoded(sent: str) -> None:
    with pytest.raises(BadRequest, match=r"columnFilters .*percent"):
        read_filters(sent, decode_always=True)


def test_broken_filters_are_told_by_their_name() -> None:
    with pytest.raises(BadRequest, match="columnFilters"):
        read_filters('{"code":')


def test_number_remembers_how_it_was_written() -> None:
    (number,) = read_filters('{"code":["007"]}')["code"]
    assert isinstance(number, Number)
    assert (number, number.written) == (7, "007")


@given(st.text())
def test_search_is_a_text_or_refused(sent: str) -> None:
    with maybe_refused(BadRequest):
        found = read_search(sent)
        assert found is None or (found and found == strip_invisible(found))


@given(st.text() | json_values.map(json.dumps), st.booleans())
def test_filters_are_read_or_refused(sent: str, always: bool) -> None:
    with maybe_refused(BadRequest):
        found = read_filters(sent, decode_always=always)
        assert all(values or name == "status" for name, values in found.items())


@given(st.dictionaries(st.text(), st.lists(json_values, max_size=3), max_size=3))
def test_filters_of_the_right_shape_are_read_or_refused(wanted: dict[str, Any]) -> None:
    with maybe_refused(BadRequest):
        found = read_filters(json.dumps(wanted))
        assert found.keys() == wanted.keys()


@given(st.text(alphabet="ab%+2 0é"))
def test_decode_again_never_fails_and_leaves_what_is_malformed(sent: str) -> None:
    decoded = decode_again(sent)
    assert "+" not in decoded or decoded == sent or "%2b" in sent.lower()
