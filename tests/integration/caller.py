"""Somebody who calls a service, the endpoints that there are to call, and what each of them would take."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel

from shared.http.binding import PathUuid, RawText, camel
from shared.http.endpoint import Endpoint
from shared.http.service import Service
from shared.rows import Row
from tests.events import Answer, ask

UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
ANONYMOUS = "anonymous"  # calls without a token
FOUR_BYTES = "\N{GRINNING FACE}"
PATH_VALUES: dict[Any, str] = {int: "1", bool: "true", PathUuid: UUID, str: "x"}
QUERY_VALUES: dict[Any, str] = {str: "x", list: "1"}


@dataclass(frozen=True)
class Catalogue:
    """The endpoints of a service, by what they read."""

    endpoints: Sequence[Endpoint]

    @cached_property
    def with_json(self) -> list[Endpoint]:
        """Those that read JSON from the body."""
        return [one for one in self.endpoints if one.hints.get("body") not in (None, RawText)]

    @cached_property
    def with_text(self) -> list[Endpoint]:
        """Those that read a plain text from the body."""
        return [one for one in self.endpoints if one.hints.get("body") is RawText]

    @cached_property
    def with_parameter(self) -> list[Endpoint]:
        """Those with a value in the path."""
        return [one for one in self.endpoints if "{" in one.template]

    def reading(self, name: str) -> list[Endpoint]:
        """Those with an argument of that name."""
        return [one for one in self.endpoints if name in one.hints]


@dataclass
class Caller:
    """Calls a service with a token and JSON headers, unless told otherwise."""

    service: Service
    token_for: Callable[[str], str | None]
    standing_user: str = "planner"

    @property
    def api(self) -> str:
        """The path of the service's API."""
        return f"/{self.service.app_name}/api"

    def __call__(
        self, method: str, target: str, body: Any = None, *, user: str | None = None, **headers: str
    ) -> Answer:
        """The answer; a body that is not text is sent as JSON, and headers say `_` for `-`."""
        token = self.token_for(self.standing_user if user is None else user) if user != ANONYMOUS else None
        standing = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        sent = {**standing, **{name.replace("_", "-"): value for name, value in headers.items()}}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        return ask(self.service, method, target, sent, text)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The endpoints of the service."""
        return Catalogue(self.service.endpoints)

    def rows(self, path: str) -> list[Any]:
        """All rows of a collection."""
        found: list[Any] = self("GET", f"{self.api}/{path}?size=2000").json
        return found


def target_of(endpoint: Endpoint, **values: str) -> str:
    """A path that fits the endpoint's template."""
    return re.sub(
        r"\{(\w+)\}",
        lambda name: values.get(name[1]) or PATH_VALUES[endpoint.hints.get(name[1], str)],
        endpoint.template,
    )


def query_of(endpoint: Endpoint) -> str:
    """The query parameters that the endpoint cannot do without, each with some value; empty where there are none."""
    kinds = {name: get_origin(hint) or hint for name, hint in endpoint.hints.items()}
    wanted = [
        f"{camel(name)}={quote(QUERY_VALUES[kind])}"
        for name, kind in kinds.items()
        if kind in QUERY_VALUES and name != "body" and f"{{{name}}}" not in endpoint.template
    ]
    return "?" + "&".join(wanted) if wanted else ""


def model_of(endpoint: Endpoint) -> type[BaseModel] | None:
    """The model of the endpoint's body or of its elements, if it is one."""
    hint = endpoint.hints["body"]
    kind = get_args(hint)[0] if get_origin(hint) is list else hint
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_list(endpoint: Endpoint) -> bool:
    """Does the endpoint's body hold a list?"""
    return get_origin(endpoint.hints["body"]) is list


def of_shape(endpoint: Endpoint, row: Any) -> Any:
    """A row as the endpoint's body: in a list where it wants one."""
    return [row] if is_list(endpoint) else row


def send(call: Caller, endpoint: Endpoint, body: Any, **headers: str) -> tuple[str, Answer]:
    """Call an endpoint with a body; what was called, and the answer."""
    text = body if isinstance(body, str) else json.dumps(body)
    shown = f"{endpoint.method} {endpoint.template} {text[:80]!r}"
    return shown, call(endpoint.method, target_of(endpoint), text, **headers)


def says_why(answer: Answer) -> bool:
    """Does a refusal tell its reason, in the service's own shape?"""
    if any(re.fullmatch(r"x-\w+app-error", name) for name in answer.headers):
        return True
    if not answer.body:
        return answer.status in (404, 406)
    body = answer.json
    if answer.headers["content-type"] == "application/problem+json":
        return bool(body["detail"])
    if list(body) == ["message", "description", "fieldErrors"]:
        return bool(body["description"] or body["fieldErrors"])
    if list(body) == ["message", "params"]:
        return bool(body["message"])
    return list(body) == ["timestamp", "status", "error", "path"]


def refused(answers: Iterable[tuple[str, Answer]], *statuses: int) -> list[str]:
    """The calls whose answers do not have one of the statuses, or do not say why; for an assertion that shows them."""
    return [
        f"{call} -> {answer.status} {answer.body[:200]}"
        for call, answer in answers
        if answer.status not in statuses or not says_why(answer)
    ]


def fields_of(endpoint: Endpoint, kind: type | None = None) -> list[str]:
    """The names of the fields of the body's model; those of a type of Python's where one is given."""
    model = model_of(endpoint)
    if model is None:
        return []
    return [
        name for name, field in model.model_fields.items() if kind is None or field.annotation in (kind, kind | None)
    ]


def nested_of(endpoint: Endpoint) -> list[str]:
    """The fields of the body's model that hold rows."""
    model = model_of(endpoint)
    fields = model.model_fields.items() if model else ()
    return [
        name
        for name, field in fields
        if any(isinstance(one, type) and issubclass(one, Row) for one in get_args(field.annotation))
    ]
