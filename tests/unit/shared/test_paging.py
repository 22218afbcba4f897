"""page, size and sort as Spring Data reads them, and the Link header."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.http.request import Request
from shared.paging import DEFAULT_SIZE, MAX_INT, MAX_SIZE, PageRequest, SortKey, read_sort


def page_of(**query: list[str]) -> PageRequest:
    return PageRequest.from_request(Request({"httpMethod": "GET", "multiValueQueryStringParameters": query or None}))


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (None, 0),
        ("3", 3),
        ("+3", 3),
        (" 3 ", 3),
        ("0003", 3),
        ("-1", 0),
        ("", 0),
        ("two", 0),
        ("1.5", 0),
        ("1e3", 0),
        ("٣", 0),
        (str(MAX_INT // 20), MAX_INT // 20),
        (str(MAX_INT + 1), 0),
        ("9" * 400, 0),
    ],
)
def test_page_number(sent: str | None, number: int) -> None:
    assert page_of(**({} if sent is None else {"page": [sent]})).number == number


def test_a_page_beyond_all_that_java_counts_is_refused() -> None:
    assert page_of(page=[str(MAX_INT)], size=["1"]).offset == MAX_INT
    with pytest.raises(BadRequest, match="page is too high"):
        page_of(page=[str(MAX_INT // 20 + 1)])


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (None, DEFAULT_SIZE),
        ("1", 1),
        ("2000", MAX_SIZE),
        ("2001", MAX_SIZE),
        (str(MAX_INT), MAX_SIZE),
        (str(MAX_INT + 1), DEFAULT_SIZE),
        ("0", DEFAULT_SIZE),
        ("-5", DEFAULT_SIZE),
        ("many", DEFAULT_SIZE),
        ("", DEFAULT_SIZE),
    ],
)
def test_page_size(sent: str | None, size: int) -> None:
    assert page_of(**({} if sent is None else {"size": [sent]})).size == size


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ([], ()),
        ([""], ()),
        (["asc"], ()),
        ([",desc"], ()),
        (["code"], (("code", False),)),
        (["code,asc"], (("code", False),)),
        (["code,DESC"], (("code", True),)),
        (["code,label,desc"], (("code", True), ("label", True))),
        (["code,desc,ignorecase"], (("code", True),)),
        (["code,ignoreCase"], (("code", False),)),
        (["code,desc", "label"], (("code", True), ("label", False))),
        (["roleCategory.name,desc"], (("roleCategory.name", True),)),
        (["code;drop table Site"], (("code;drop table Site", False),)),
    ],
)
def test_read_sort(sent: list[str], keys: tuple[tuple[str, bool], ...]) -> None:
    assert read_sort(sent) == tuple(SortKey(*key) for key in keys)


@pytest.mark.parametrize(
    ("number", "size", "total", "link"),
    [
        (0, 20, 0, ["last 0", "first 0"]),
        (0, 20, 20, ["last 0", "first 0"]),
        (0, 20, 21, ["next 1", "last 1", "first 0"]),
        (1, 20, 60, ["next 2", "prev 0", "last 2", "first 0"]),
        (2, 20, 60, ["prev 1", "last 2", "first 0"]),
        (9, 20, 60, ["prev 8", "last 2", "first 0"]),
        (5, 20, 0, ["prev 4", "last 0", "first 0"]),
        (MAX_INT, 20, 60, [f"next {-MAX_INT - 1}", f"prev {MAX_INT - 1}", "last 2", "first 0"]),
    ],
)
def test_link_tells_next_prev_last_first(number: int, size: int, total: int, link: list[str]) -> None:
    headers = PageRequest(number, size, ()).headers("/api/x", total)
    parts = [
        re.fullmatch(r'</api/x\?page=(-?\d+)&size=(\d+)>; rel="(\w+)"', part) for part in headers["Link"].split(",")
    ]
    assert [f"{part[3]} {part[1]}" for part in parts if part] == link
    assert {part[2] for part in parts if part} == {str(size)}
    assert headers["X-Total-Count"] == str(total)


texts = st.lists(st.text() | st.integers().map(str), min_size=1, max_size=3)


@given(page=texts, size=texts, sort=texts, total=st.integers(0, 10**9))
def test_any_page_is_a_page(page: list[str], size: list[str], sort: list[str], total: int) -> None:
    try:
        wanted = page_of(page=page, size=size, sort=sort)
    except BadRequest:
        assert int(page[0]) > MAX_INT // MAX_SIZE
        return
    assert 0 <= wanted.number <= MAX_INT
    assert 1 <= wanted.size <= MAX_SIZE
    assert all(key.name.strip() for key in wanted.sort)
    assert wanted.headers("/api/x", total)["Link"].endswith('rel="first"')
