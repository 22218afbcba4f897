"""docs/cost.md: its figures are made, not typed."""

import pytest

from infra.cost.document import BEGIN, END, PAGE, rendered


def test_figures_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page, "`python -m infra.cost.document` writes docs/cost.md anew"


def test_only_what_is_between_the_marks_is_written() -> None:
    page = f"before\n{BEGIN}old figures\n{END}after\n"
    new = rendered(page)
    assert new.startswith(f"before\n{BEGIN}")
    assert new.endswith(f"{END}after\n")
    assert "old figures" not in new
    assert rendered(new) == new


@pytest.mark.parametrize("page", ["", BEGIN, f"{BEGIN}{END}{BEGIN}"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="each of the two marks once"):
        rendered(page)
