"""Bodies that an endpoint takes, made from its models: what is refused then is refused for another reason."""

from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from shared.http.binding import RawText
from shared.http.endpoint import Endpoint
from tests.integration.caller import is_list, model_of, query_of, target_of

# What fields of these names must hold to be taken; in tables too.
NAMED: dict[str, Any] = {
    "status": "CURRENT",
    "patch": "[]",
    "type": "PP",
    "trustCode": "x",
    "contact": "x@tis.example",
}
LISTED: dict[str, Any] = {"actions": ["View"]}


def numbered_text(number: int) -> str:
    """The text of a numbered row; that of the first is `x`, as in paths."""
    return f"x{number}" if number else "x"


def numbered_uuid(number: int) -> str:
    """The UUID of a numbered row."""
    return f"{0x1B4E28BA + number:08x}-2fa1-11d2-883f-0016d3cca427"


def fitting_target(endpoint: Endpoint) -> str:
    """A path and a query that the endpoint can read."""
    return target_of(endpoint) + query_of(endpoint)


def fitting_body(endpoint: Endpoint, rows: int = 1, nested: int = 0, first: int = 0) -> Any:
    """A body that the endpoint can read and that breaks none of its constraints; None where it reads none.

    Where it is a list it holds that many rows, numbered from `first`; lists within rows hold `nested` of them.
    """
    hint = endpoint.hints.get("body")
    if hint is None:
        return None
    if hint is RawText:
        return numbered_text(first)
    made = [fitting_element(endpoint, first + place, place, nested) for place in range(rows)]
    return made if is_list(endpoint) else made[0]


def fitting_element(endpoint: Endpoint, number: int, place: int, nested: int) -> Any:
    """The body, or an element of it; rows within it are numbered by its place."""
    model = model_of(endpoint)
    if model is None:
        return str(number + 1)
    row = fitting_row(model, number, place, nested)
    if endpoint.method == "POST":
        row.pop("id", None)
    return row


def fitting_row(model: type[BaseModel], number: int, place: int, nested: int) -> dict[str, Any]:
    """A value for each field; the rows nested in it have theirs."""
    fields = model.model_fields.items()
    return {name: fitting_value(name, field.annotation, number, place, nested) for name, field in fields}


def fitting_value(name: str, hint: Any, number: int, place: int, nested: int) -> Any:
    """A value for a field by its type, and where that says too little by its name."""
    kind = plain_kind(hint)
    if get_origin(kind) is list:
        found = [fitting_value("", get_args(kind)[0], one, one, 0) for one in range(nested)]
        return LISTED.get(name, found)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return fitting_row(kind, place, place, nested)
    if name == "uuid" or (name == "id" and kind is str):
        return numbered_uuid(number)
    plain = {str: numbered_text(number), int: number + 1, bool: True, datetime: "2020-01-02", date: None}
    return NAMED.get(name, plain.get(kind))


def plain_kind(hint: Any) -> Any:
    """The one type in a hint that may be null, or that says besides how it is read."""
    if get_origin(hint) in (Union, UnionType):
        return plain_kind(next(one for one in get_args(hint) if one is not type(None)))
    return plain_kind(get_args(hint)[0]) if get_origin(hint) is Annotated else hint
