"""What a view may refuse a call with: each error carries its status; how it reads is the service's dialect's matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

Value = TypeVar("Value")


class FieldError(NamedTuple):
    """One violated constraint of a body: the object's and the field's name, and the constraint's code."""

    object_name: str
    field: str
    code: str


@dataclass
class ApiError(Exception):
    """An answer other than success; `description` is a sentence that tells the caller what is wrong."""

    description: str | None = None
    status = 400

    def __str__(self) -> str:
        return self.description or type(self).__name__


class BadRequest(ApiError):
    """The request cannot be understood: broken JSON, a value of the wrong type, an unknown column."""


class UnsupportedMedia(ApiError):
    """The body's media type is not one that the endpoint reads."""

    status = 415


class Unauthorised(ApiError):
    """No token, or one that does not verify."""

    status = 401


class Forbidden(ApiError):
    """The caller lacks the authority that the endpoint asks for."""

    status = 403


class NotFound(ApiError):
    """No row has the key; answered without a body."""

    status = 404


class NoSuchPath(ApiError):
    """No endpoint has the path."""

    status = 404


class MethodNotAllowed(ApiError):
    """The path exists, but not with this method."""

    status = 405


class NotAcceptable(ApiError):
    """The caller accepts no JSON."""

    status = 406


class Conflict(ApiError):
    """The rows as they are forbid it: a duplicate key, a row still in use, a parent that does not exist."""

    status = 409


class Unavailable(ApiError):
    """Something that the answer needs cannot be reached now; the caller may try again."""

    status = 503


@dataclass
class Invalid(ApiError):
    """The body breaks constraints of its type."""

    faults: Sequence[FieldError] = ()


class Refused(ApiError):
    """A rule of the resource forbids it; the description is the rule's own sentence."""


@dataclass
class HeaderRefusal(ApiError):
    """A refusal told by alert headers, for the most part without a body: `key` is the legacy's `error.…`."""

    key: str = ""
    params: str = ""
    body: Any = None
    status: int = 400


def required(value: Value | None, name: str) -> Value:
    """The value; BadRequest that names it where it is missing."""
    if value is None:
        raise BadRequest(f"{name} is missing.")
    return value
