"""Templates in a trie: literal before parameter, backtracking, and any path at all."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.trie import Trie, split

TEMPLATES = (
    "/api/sites",
    "/api/sites/{id}",
    "/api/sites/code/{code}",
    "/api/sites/search",
    "/api/{any}/search/deep",
    "/api/genders/exists/",
)
words = st.sampled_from(["a", "b", "cc", "{x}", "{y}", ""])
templates = st.lists(words, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


def trie_of(paths: tuple[str, ...] | list[str]) -> Trie[str]:
    trie: Trie[str] = Trie()
    for path in paths:
        trie.at(path).value = path
    return trie


def matches(path: str) -> list[tuple[str, tuple[str, ...]]]:
    return list(trie_of(TEMPLATES).matches(split(path)))


def test_literal_comes_before_parameter() -> None:
    assert matches("/api/sites/search") == [("/api/sites/search", ()), ("/api/sites/{id}", ("search",))]


def test_goes_back_where_the_literal_leads_nowhere() -> None:
    assert matches("/api/sites/search/deep") == [("/api/{any}/search/deep", ("sites",))]


def test_parameter_is_never_empty() -> None:
    assert matches("/api/sites/") == []


def test_template_that_ends_in_a_slash_has_an_empty_segment() -> None:
    assert matches("/api/genders/exists/") == [("/api/genders/exists/", ())]
    assert matches("/api/genders/exists") == []


@given(st.lists(templates, max_size=8), st.lists(st.sampled_from(["a", "b", "cc", "z", ""]), min_size=1, max_size=4))
def test_finds_what_a_regular_expression_finds(paths: list[str], segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    unnamed = {re.sub(r"\{\w\}", "{x}", template) for template in paths}
    fitting = {one for one in unnamed if re.fullmatch(one.replace("{x}", "[^/]+"), path)}
    assert {template for template, _ in trie_of(sorted(unnamed)).matches(split(path))} == fitting


@given(st.text())
def test_any_path_is_looked_up(path: str) -> None:
    assert all(template in TEMPLATES for template, _ in matches(path))
