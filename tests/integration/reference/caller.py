"""Somebody who calls the reference service, and the endpoints that there are to call."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from services.reference.app import app
from shared.http.binding import PathUuid, RawText
from shared.http.endpoint import Endpoint
from shared.http.service import Service
from shared.rows import Row
from tests.events import Answer, ask

UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
API = "/reference/api"
FOUR_BYTES = "\N{GRINNING FACE}"
PATH_VALUES: dict[Any, str] = {int: "1", bool: "true", PathUuid: UUID, str: "x"}

ENDPOINTS = app.endpoints
WITH_JSON = [one for one in ENDPOINTS if one.hints.get("body") not in (None, RawText)]
WITH_TEXT = [one for one in ENDPOINTS if one.hints.get("body") is RawText]
WITH_FILTERS = [one for one in ENDPOINTS if "column_filters" in one.hints]
WITH_SEARCH = [one for one in ENDPOINTS if "search_query" in one.hints]
WITH_PAGE = [one for one in ENDPOINTS if "page" in one.hints]
WITH_PARAMETER = [one for one in ENDPOINTS if "{" in one.template]


@dataclass
class Caller:
    """Calls the service with a token and JSON headers, unless told otherwise."""

    service: Service
    token_for: Callable[[str], str | None]

    def __call__(self, method: str, target: str, body: Any = None, *, user: str = "planner", **headers: str) -> Answer:
        """The answer; a body that is not text is sent as JSON, and headers say `_` for `-`."""
        token = self.token_for(user)
        standing = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        sent = {**standing, **{name.replace("_", "-"): value for name, value in headers.items()}}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        return ask(self.service, method, target, sent, text)

    def rows(self, path: str) -> list[Any]:
        """All rows of a collection."""
        found: list[Any] = self("GET", f"{API}/{path}?size=2000").json
        return found


def target_of(endpoint: Endpoint, **values: str) -> str:
    """A path that fits the endpoint's template."""
    return re.sub(
        r"\{(\w+)\}",
        lambda name: values.get(name[1]) or PATH_VALUES[endpoint.hints.get(name[1], str)],
        endpoint.template,
    )


def model_of(endpoint: Endpoint) -> type[BaseModel] | None:
    """The model of the endpoint's body or of its elements, if it is one."""
    hint = endpoint.hints["body"]
    kind = get_args(hint)[0] if getattr(hint, "__origin__", None) is list else hint
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_list(endpoint: Endpoint) -> bool:
    """Does the endpoint's body hold a list?"""
    return getattr(endpoint.hints["body"], "__origin__", None) is list


def says_why(answer: Answer) -> bool:
    """Does a refusal tell its reason, in the service's own shape?"""
    if "x-referenceapp-error" in answer.headers:
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
