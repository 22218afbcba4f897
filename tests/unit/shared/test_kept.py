"""What is kept: until its time, and no more of it than was allowed."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kept import Kept


def test_value_is_found_until_its_time() -> None:
    kept: Kept[str] = Kept(2)
    kept.keep("a", "x", 10.0)
    assert (kept.find("a", 9.9), kept.find("a", 10.0), kept.find("b", 0)) == ("x", None, None)
    kept.keep("a", "y", 20.0)
    assert kept.find("a", 10.0) == "y"


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers())), st.integers(1, 4))
def test_the_last_ones_kept_are_there(given: list[tuple[str, int]], most: int) -> None:
    kept: Kept[int] = Kept(most)
    for key, value in given:
        kept.keep(key, value, 1.0)
    last = dict(given)
    order = list(dict.fromkeys(key for key, _ in reversed(given)))
    assert [key for key in order if kept.find(key, 0.0) is not None] == order[:most]
    assert all(kept.find(key, 0.0) == last[key] for key in order[:most])
    assert len(kept) <= most
