"""Any call of any endpoint gets a status that its OpenAPI document declares, and never a 500."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.http.endpoint import Endpoint
from shared.openapi import document
from tests.events import event
from tests.integration.reference.caller import ENDPOINTS, PATH_VALUES, Caller, fields_of, is_list, target_of

DOCUMENT = document("reference", "1", ENDPOINTS)["paths"]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXAMPLES = 1500

words = st.sampled_from(
    [
        "",
        "1",
        "-1",
        "a",
        "CURRENT",
        "current",
        "true",
        "2026-01-31",
        "%",
        "'",
        "\0",
        "é",
        "\N{GRINNING FACE}",
        "9" * 20,
        "a@b",
    ]
)
texts = words | st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(words, children, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(
    ["page", "size", "sort", "searchQuery", "columnFilters", "searchString", "ids", "codes", "language"]
)
filters = st.dictionaries(
    st.sampled_from(["code", "status", "id", "uuid", "label", "bogus"]), st.lists(json_values, max_size=2)
).map(json.dumps)
queries = st.dictionaries(
    names, texts | filters | st.sampled_from(["id,desc", "code", "status,asc", "1,2"]), max_size=3
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded", ""]),
        "Accept": st.sampled_from(["*/*", "text/html", "application/json", ""]),
        "Accept-Language": st.sampled_from(["de", "fr", ""]),
    },
)


@st.composite
def bodies(draw: st.DrawFn, endpoint: Endpoint) -> str:
    fields = fields_of(endpoint) if "body" in endpoint.hints else []
    if draw(st.booleans()) and fields:
        row = st.dictionaries(st.sampled_from(fields), json_values, max_size=len(fields))
        shaped: st.SearchStrategy[Any] = st.lists(row, max_size=3) if is_list(endpoint) else row
        return json.dumps(draw(shaped))
    return draw(json_values.map(json.dumps) | texts)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Endpoint, dict[str, Any]]:
    endpoint = draw(st.sampled_from(ENDPOINTS))
    values = {name: quote(draw(texts), safe="") or "1" for name in endpoint.hints} if draw(st.booleans()) else {}
    query = "&".join(f"{name}={quote(value)}" for name, value in draw(queries).items())
    method = endpoint.method if draw(st.integers(0, 9)) else draw(st.sampled_from(METHODS))
    body = draw(bodies(endpoint)) if method in ("POST", "PUT", "PATCH") else None
    sent = {"Content-Type": "application/json", **draw(headers)}
    return endpoint, event(method, f"{target_of(endpoint, **values)}?{query}", sent, body)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=calls(), user=st.sampled_from(["planner", "planner", "planner", "reader", "officer", "anonymous"]))
def test_any_call(call_often: Caller, made: tuple[Endpoint, dict[str, Any]], user: str) -> None:
    endpoint, sent = made
    token = call_often.token_for(user)
    if token:
        sent["multiValueHeaders"]["Authorization"] = [f"Bearer {token}"]
    answer = call_often.service(sent, None)
    assert answer["statusCode"] < 500, answer
    if sent["httpMethod"] == endpoint.method and PATH_VALUES:
        declared = DOCUMENT[endpoint.template][endpoint.method.lower()]["responses"]
        assert str(answer["statusCode"]) in declared, (answer["statusCode"], sorted(declared))
    assert answer["statusCode"] == 404 or answer["body"] or answer["statusCode"] < 400 or _told_otherwise(sent, answer)


def _told_otherwise(sent: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Refusals without a body: of HEAD, of an Accept without JSON, and those told by headers."""
    told = "X-referenceApp-error" in answer["multiValueHeaders"]
    return bool(sent["httpMethod"] == "HEAD" or answer["statusCode"] == 406 or told)
