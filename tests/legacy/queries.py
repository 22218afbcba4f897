"""List queries of the old service: page, size, sort, searchQuery and columnFilters."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote_plus

from tests.legacy.bodies import STATUSES, Row
from tests.legacy.catalogue import PARENTS, Collection
from tests.legacy.messages import Refused, crash
from tests.legacy.store import collated, folded

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 2000
LARGEST_NUMBER: Final = 2**31 - 1
WHOLE_NUMBER: Final = re.compile(r"[+-]?\d{1,18}")
MALFORMED_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
BOOLEANS: Final = {"true": True, "false": False}

Predicate = Callable[[Row], bool]


class Page(NamedTuple):
    """Which part of a list is asked for; `number` counts from 0."""

    number: int
    size: int


class Order(NamedTuple):
    """A field to sort by, perhaps a dotted path."""

    path: str
    is_descending: bool


class Query:
    """The parameters of a list; Refused where the old service crashed on them."""

    def __init__(self, text: str, collection: Collection) -> None:
        self._values = parse_qs(text, keep_blank_values=True)
        self._collection = collection
        size = whole_number(self._values, "size", 1, DEFAULT_SIZE)
        self.page = Page(whole_number(self._values, "page", 0, 0), min(size, LARGEST_SIZE))
        self.orders = self._orders()
        self.predicates = [*self._search(), *self._filters()]

    def _orders(self) -> list[Order]:
        orders = []
        for value in self._values.get("sort", []):
            words = [word for word in value.split(",") if word.strip()]
            if words and words[-1].lower() == "ignorecase":
                words.pop()
            is_descending = bool(words) and words[-1].lower() == "desc"
            if words and words[-1].lower() in ("asc", "desc"):
                words.pop()
            orders += [Order(self._checked(word), is_descending) for word in words]
        return orders

    def _checked(self, path: str) -> str:
        """A field's path that exists."""
        names = {field.name for field in self._collection.fields if field.kind not in PARENTS}
        for field in self._collection.fields:
            names |= {f"{field.name}.{inner.name}" for inner in PARENTS.get(field.kind, ())}
        if path not in names:
            raise Refused(crash())
        return path

    def _search(self) -> list[Predicate]:
        if "searchQuery" not in self._values:
            return []
        text = cleaned(",".join(self._values["searchQuery"]))
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        wanted = folded(cleaned(text if MALFORMED_PERCENT.search(text) else unquote_plus(text)))
        names = self._collection.search
        return (
            [lambda row: any(wanted in folded(row[name] or "") for name in names if row[name] is not None)]
            if wanted
            else []
        )

    def _filters(self) -> list[Predicate]:
        if "columnFilters" not in self._values:
            return []
        text = ",".join(self._values["columnFilters"])
        if self._collection.decodes_filters or not text.startswith("{"):
            text = unquote_plus(text)
        try:
            filters = json.JSONDecoder().raw_decode(text.strip())[0]
        except (ValueError, RecursionError):
            raise Refused(crash()) from None
        if not isinstance(filters, dict) or not all(isinstance(values, list) for values in filters.values()):
            raise Refused(crash())
        return [predicate for name, values in filters.items() if (predicate := self._filter(name, values))]

    def _filter(self, name: str, values: list[Any]) -> Predicate | None:
        kinds = {field.name: field.kind for field in self._collection.fields}
        path = self._checked(f"{name}.id" if kinds.get(name) in PARENTS else name)
        if path == "status":
            kept = [value for value in values if value in STATUSES]
            return (lambda row: row["status"] in kept) if kept else None
        if not values or None in values:
            raise Refused(crash())
        texts = [cleaned(value if isinstance(value, str) else json.dumps(value)) for value in values]
        return lambda row: any(is_equal(at_path(row, path), text) for text in texts)


def whole_number(values: Mapping[str, list[str]], name: str, least: int, otherwise: int) -> int:
    """A number among a query's parameters; another one where it is missing, or not one that the old service took."""
    text = values.get(name, [""])[0]
    if not WHOLE_NUMBER.fullmatch(text) or not least <= int(text) <= LARGEST_NUMBER:
        return otherwise
    return int(text)


def cleaned(text: str) -> str:
    """A text without invisible characters and without blanks around it."""
    return INVISIBLE.sub("", text).strip()


def is_equal(value: Any, text: str) -> bool:
    """Does a stored value equal a filter's text, as MySQL compares? Refused for text against a column of another type."""
    match value:
        case None:
            return False
        case bool():
            return value is BOOLEANS.get(text)
        case int() if not WHOLE_NUMBER.fullmatch(text):
            raise Refused(crash())
        case int():
            return value == int(text)
        case _ if text.isdecimal():
            if not WHOLE_NUMBER.fullmatch(text):
                raise Refused(crash())
            number = re.match(r"\s*([+-]?\d{1,18})", value)
            return (int(number[1]) if number else 0) == int(text)
        case _:
            return collated(value) == collated(text)


def at_path(row: Row, path: str) -> Any:
    """The value at a name or a dotted path; null below a parent that is null."""
    value: Any = row
    for name in path.split("."):
        value = None if value is None else value[name]
    return value


def sorted_rows(rows: list[Row], orders: list[Order]) -> list[Row]:
    """Rows in some order; nulls first when ascending."""
    for order in reversed(orders):
        rows = sorted(rows, key=lambda row: sort_key(at_path(row, order.path)), reverse=order.is_descending)
    return rows


def sort_key(value: Any) -> tuple[bool, Any]:
    """What a value sorts by."""
    return (False, 0) if value is None else (True, collated(value) if isinstance(value, str) else value)


def links(base: str, page: Page, total: int) -> str:
    """The Link header: next, prev, last, first."""
    pages = -(-total // page.size)
    numbers = [("next", page.number + 1)] if page.number + 1 < pages else []
    numbers += [("prev", page.number - 1)] if page.number > 0 else []
    numbers += [("last", max(pages - 1, 0)), ("first", 0)]
    return ",".join(f'<{base}?page={number}&size={page.size}>; rel="{relation}"' for relation, number in numbers)
