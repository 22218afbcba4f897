"""The one decorator that turns a plain typed function into an endpoint."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MethodType
from typing import Any, TypeVar, get_type_hints

from shared.db import Work
from shared.http.binding import Binder, Call, binder_of
from shared.principals import Allow, Principal

View = TypeVar("View", bound=Callable[..., Any])
IDENTITY = "identity"  # the parameter of a view that judges by itself who calls
ROOT = __file__.removesuffix("shared/http/endpoint.py")


@dataclass(frozen=True)
class Endpoint:
    """A method and a path template, the view that answers, and what it asks of the caller and of the request."""

    method: str
    template: str
    view: Callable[..., Any]
    allow: Allow
    hints: Mapping[str, Any]
    gives: Any
    statuses: tuple[int, ...]
    check: Callable[[Any], None] | None
    binders: tuple[tuple[str, Binder], ...]
    source: str
    standing: Mapping[str, list[str]] | None

    @cached_property
    def works(self) -> bool:
        """Does the view use the database?"""
        return Work in self.hints.values()

    @cached_property
    def is_cross_origin(self) -> bool:
        """May pages of any origin read its answers?"""
        return self.standing is not None and "Origin" in self.standing.get("Vary", ())

    @cached_property
    def wants_identity(self) -> bool:
        """Does the view judge by itself who calls, a caller without a token included?"""
        return IDENTITY in self.hints

    @cached_property
    def wants_principal(self) -> bool:
        """Does the view look at who calls?"""
        return Principal in self.hints.values()

    def bind(self, call: Call) -> dict[str, Any]:
        """The view's arguments, read from the request; BadRequest for what cannot be read."""
        return {name: bind(call) for name, bind in self.binders}


@dataclass
class Resource:
    """The endpoints of one module, in the order of their definition."""

    endpoints: list[Endpoint] = field(default_factory=list)

    def endpoint(
        self,
        method: str,
        template: str,
        *,
        allow: Allow,
        gives: Any = None,
        statuses: Sequence[int] = (200,),
        check: Callable[[Any], None] | None = None,
        source: str = "",
        standing: Mapping[str, list[str]] | None = None,
        **hints: Any,
    ) -> Callable[[View], View]:
        """Register a view, whose parameters say what they are by annotation: see shared/http/binding.py.

        `check` judges the parsed body before the authority. `gives` and `hints` stand in for annotations of the same
        names, where a view serves several types. `standing` are the headers of its answers where they are not the
        dialect's; with `Vary: Origin` among them pages of any origin may read its answers.
        """

        def register(view: View) -> View:
            known = {**get_type_hints(view, include_extras=True), **hints}
            parameters = {name: known[name] for name in parameter_names(view)}
            binders = [
                (name, binder_of(name, hint, template))
                for name, hint in parameters.items()
                if hint not in (Work, Principal) and name != IDENTITY
            ]
            self.endpoints.append(
                Endpoint(
                    method,
                    template,
                    view,
                    allow,
                    parameters,
                    gives if gives is not None else known.get("return"),
                    tuple(statuses),
                    check,
                    tuple(binders),
                    source or where(view),
                    standing,
                )
            )
            return view

        return register


def parameter_names(view: Callable[..., Any]) -> Sequence[str]:
    """The names of a view's parameters, in their order; inspect.signature takes ten times as long, at every cold start."""
    code = view.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return names[1:] if isinstance(view, MethodType) else names


def where(view: Callable[..., Any]) -> str:
    """`file:line` of a view, relative to the project."""
    code = view.__code__
    return f"{relative(code.co_filename)}:{code.co_firstlineno}"


def calling_line(up: int = 2) -> str:
    """`file:line` of the code that called the function that asks: where a row of data or a registration stands."""
    frame = sys._getframe(up)  # noqa: SLF001 - the documented way to a caller's frame
    return f"{relative(frame.f_code.co_filename)}:{frame.f_lineno}"


def relative(filename: str) -> str:
    """A source file's path from the project's root, where it lies below it."""
    return filename.removeprefix(ROOT) if filename.startswith(ROOT) else filename.rpartition("/")[2]
