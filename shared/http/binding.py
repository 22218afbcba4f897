"""From a request to a view's arguments, by name and annotation.

- a name of the path template: that segment, as `str`, `int`, `bool` or `Uuid`;
- `body`: a model, a list of them or of values (JSON), or `RawText` (any text);
- a type with `from_request`: what that makes of the request, such as PageRequest;
- `Request`: the request itself;
- anything else: a query parameter, `str | None`, `bool | None` or a list, its name in camel case.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, NewType, get_args

from pydantic import FailFast, TypeAdapter, ValidationError

from shared.errors import BadRequest, UnsupportedMedia
from shared.http.request import Request
from shared.jackson import LONG_RANGE, Long, checked_text, read_json
from shared.java import uuid_text

RawText = NewType("RawText", str)
PathUuid = NewType("PathUuid", str)

FLAGS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
FORM = "application/x-www-form-urlencoded"


class Call:
    """A request on its way to a view: its endpoint, and the values of its path parameters."""

    __slots__ = ("endpoint", "parameters", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.endpoint: Any = None
        self.parameters: tuple[str, ...] = ()

    @property
    def route(self) -> str:
        """The route as log lines tell it: by its template, as the path itself may name a person."""
        return "none" if self.endpoint is None else f"{self.endpoint.method} {self.endpoint.template}"


Binder = Callable[[Call], Any]


def binder_of(name: str, hint: Any, template: str) -> Binder:
    """How the argument `name` of a view is read."""
    names = re.findall(r"\{(\w+)\}", template)
    if name in names:
        return path_binder(names.index(name), name, hint)
    if hint is Request:
        return lambda call: call.request
    if name == "body":
        return text_body if hint is RawText else json_binder(hint)
    if hasattr(hint, "from_request"):
        return lambda call: hint.from_request(call.request)
    return query_binder(name, hint)


def path_binder(place: int, name: str, hint: Any) -> Binder:
    """The segment at a place among the template's parameters."""
    read = {int: path_number, bool: path_flag, PathUuid: uuid_text}.get(hint, str)

    def bind(call: Call) -> Any:
        try:
            return read(call.parameters[place])
        except ValueError as error:
            raise BadRequest(f"{name} in the path is not a valid value: {call.parameters[place][:80]!r}.") from error

    return bind


def path_number(text: str) -> int:
    """A 64-bit number, perhaps in hexadecimal as Java's decode takes it; ValueError for anything else."""
    number = int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", text) else LONG_RANGE
    if hexadecimal := re.fullmatch(r"\s*(-?)(?:0[xX]|#)([0-9a-fA-F]{1,16})\s*", text):
        number = int("".join(hexadecimal.groups()), 16)
    if not -LONG_RANGE <= number < LONG_RANGE:
        raise ValueError(text)
    return number


def path_flag(text: str) -> bool:
    """true, yes, on, 1 or their opposites, in any case."""
    if text.lower() not in FLAGS:
        raise ValueError(text)
    return FLAGS[text.lower()]


def text_body(call: Call) -> RawText:
    """The body as it is, of any media type; a form is read as one, so its text is `text=`."""
    body = call.request.body
    if not body:
        raise BadRequest("The body is empty; the text to look up is expected.")
    try:
        checked_text(body)
    except ValueError as error:
        raise BadRequest(f"The body: {error}.") from error
    return RawText(f"{body}=" if call.request.media_type == FORM and "=" not in body else body)


def json_binder(hint: Any) -> Binder:
    """The body as JSON of a type."""
    adapter: TypeAdapter[Any] | None = None
    if getattr(hint, "__origin__", None) is list:  # a long list of faults would take hundreds of megabytes to tell
        hint = Annotated[hint, FailFast()]

    def bind(call: Call) -> Any:
        nonlocal adapter
        media_type = call.request.media_type
        if media_type != "application/json" and not (
            media_type.startswith("application/") and media_type.endswith("+json")
        ):
            raise UnsupportedMedia("The body must be sent as application/json.")
        value = read_json(call.request.body)
        if value is None:
            raise BadRequest("The body is null.")
        adapter = adapter or TypeAdapter(hint)  # built at the first use: a cold start builds what it needs
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            raise BadRequest(first_fault(error)) from error

    return bind


def first_fault(error: ValidationError) -> str:
    """A sentence about the first value that could not be read."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "The body"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}."


def query_flag(name: str, text: str) -> bool:
    """A query parameter that is true or false; BadRequest for what is neither."""
    try:
        return path_flag(text)
    except ValueError as error:
        raise BadRequest(f"The query parameter {name} must be true or false.") from error


def camel(name: str) -> str:
    """A Python name as the old servers spell query parameters: `search_query` is `searchQuery`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def query_binder(argument: str, hint: Any) -> Binder:
    """A query parameter: a list takes repeated values or one with commas; `| None` makes it optional."""
    name = camel(argument)
    optional = type(None) in get_args(hint)
    if getattr(hint, "__origin__", None) is not list:

        def bind_text(call: Call) -> str | bool | None:
            text = call.request.query_text(name)
            if text is None and not optional:
                raise BadRequest(f"The query parameter {name} is missing.")
            return text if text is None or bool not in get_args(hint) else query_flag(name, text)

        return bind_text
    adapter: TypeAdapter[Any] = TypeAdapter(list[Long] if get_args(hint) == (int,) else hint)

    def bind_list(call: Call) -> Any:
        values = call.request.query_values(name)
        if values is None:
            raise BadRequest(f"The query parameter {name} is missing.")
        words = [word.strip() for word in values[0].split(",")] if len(values) == 1 else values
        try:
            return adapter.validate_python([word for word in words if word])
        except ValidationError as error:
            raise BadRequest(f"The query parameter {name}: {first_fault(error)}") from error

    return bind_list
