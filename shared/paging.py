"""Paging and sorting as Spring Data reads them, and the headers that tell of pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from shared.errors import BadRequest
from shared.http.request import Request
from shared.java import wrap_int

Model = TypeVar("Model", bound=BaseModel)

DEFAULT_SIZE = 20
MAX_SIZE = 2000
MAX_INT = 2**31 - 1


class SortKey(NamedTuple):
    """One property to sort by, by its JSON name or a dotted path."""

    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of how many rows, in which order."""

    number: int
    size: int
    sort: tuple[SortKey, ...]

    @classmethod
    def from_request(cls, request: Request) -> "PageRequest":
        """From `page`, `size` and `sort`: what cannot be read falls back to the default and is no error.

        BadRequest for a page that begins beyond the 2^31 rows that Java counts.
        """
        size = whole_number(request.query_values("size"))
        number = whole_number(request.query_values("page"))
        found = cls(
            number if number is not None and number >= 0 else 0,
            min(size, MAX_SIZE) if size is not None and size > 0 else DEFAULT_SIZE,
            read_sort(request.query_values("sort") or []),
        )
        if found.offset > MAX_INT:
            raise BadRequest("page is too high: there are no more than 2147483647 rows.")
        return found

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return self.number * self.size

    def headers(self, base: str, total: int) -> dict[str, str]:
        """`X-Total-Count` and `Link`: next only where there is one, prev also beyond the end, last and first always.

        The page after the last possible one is counted as Java counts it: from below.
        """
        pages = -(-total // self.size)
        following = wrap_int(self.number + 1)
        places = [("next", following)] if following < pages else []
        places += [("prev", self.number - 1)] if self.number > 0 else []
        places += [("last", max(pages - 1, 0)), ("first", 0)]
        link = ",".join(f'<{base}?page={number}&size={self.size}>; rel="{place}"' for place, number in places)
        return {"X-Total-Count": str(total), "Link": link}


class SortState(BaseModel):
    """Spring's word on whether there is an order."""

    sorted: bool
    empty: bool
    unsorted: bool


class Pageable(BaseModel):
    """What page was asked for."""

    sort: SortState
    pageNumber: int
    pageSize: int
    offset: int
    paged: bool = True
    unpaged: bool = False


class Page(BaseModel, Generic[Model]):
    """A page as an object: Spring's own form, where headers do not tell of it."""

    content: list[Model]
    pageable: Pageable
    totalElements: int
    totalPages: int
    last: bool
    size: int
    number: int
    sort: SortState
    numberOfElements: int
    first: bool
    empty: bool

    @classmethod
    def of(cls, rows: Sequence[Model], asked: PageRequest, total: int) -> "Page[Model]":
        """A page of some rows, of so many in all."""
        is_sorted, pages = bool(asked.sort), -(-total // asked.size)
        sort = SortState(sorted=is_sorted, empty=not is_sorted, unsorted=not is_sorted)
        return cls.model_construct(
            content=list(rows),
            pageable=Pageable(sort=sort, pageNumber=asked.number, pageSize=asked.size, offset=asked.offset),
            totalElements=total,
            totalPages=pages,
            last=asked.number + 1 >= pages,
            size=asked.size,
            number=asked.number,
            sort=sort,
            numberOfElements=len(rows),
            first=asked.number == 0,
            empty=not rows,
        )


def whole_number(values: list[str] | None) -> int | None:
    """The first value as a Java int; None for what is not one."""
    if not values or not re.fullmatch(r"\s*[+-]?[0-9]{1,12}\s*", values[0]):
        return None
    number = int(values[0])
    return number if -MAX_INT - 1 <= number <= MAX_INT else None


def read_sort(values: list[str]) -> tuple[SortKey, ...]:
    """The keys of `prop[,prop…][,asc|desc][,ignorecase]` parameters, in the order sent."""
    keys = []
    for value in values:
        words = [word for word in value.split(",") if word.replace(".", "").strip()]
        if words and words[-1].lower() == "ignorecase":
            words.pop()
        descending = False
        if words and words[-1].lower() in ("asc", "desc"):
            descending = words.pop().lower() == "desc"
        keys += [SortKey(word, descending) for word in words]
    return tuple(keys)
