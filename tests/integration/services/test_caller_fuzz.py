"""Any call of any endpoint gets a status that its OpenAPI document declares, and never a 500."""

import json
from importlib import import_module
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.http.endpoint import Endpoint
from shared.openapi import document
from tests.authority.people import EMPTY, INACTIVE, NOBODY
from tests.contract.opening import SERVICES
from tests.events import event
from tests.integration.caller import ANONYMOUS, Caller, fields_of, is_list, target_of

APPS = {name: import_module(f"services.{name}.app").app for name in SERVICES}
DOCUMENTS = {name: document(name, "1", app.endpoints)["paths"] for name, app in APPS.items()}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXAMPLES = 1500
STRANGERS = {"reference": ("reader", "officer", ANONYMOUS), "profile": (NOBODY, EMPTY, INACTIVE, ANONYMOUS)}

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
        "post:view",
        "HEE Admin",
        "31/01/2026",
    ]
)
texts = words | st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(words, children, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(
    [
        *("page", "size", "sort", "searchQuery", "columnFilters", "searchString", "ids", "codes", "language"),
        *("search", "username", "designatedBodyCode", "permissions", "excludeRestricted"),
    ]
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
def calls(draw: st.DrawFn, name: str) -> tuple[Endpoint, dict[str, Any]]:
    endpoint = draw(st.sampled_from(APPS[name].endpoints))
    values = {name: quote(draw(texts), safe="") or "1" for name in endpoint.hints} if draw(st.booleans()) else {}
    query = "&".join(f"{name}={quote(value)}" for name, value in draw(queries).items())
    method = endpoint.method if draw(st.integers(0, 9)) else draw(st.sampled_from(METHODS))
    body = draw(bodies(endpoint)) if method in ("POST", "PUT", "PATCH") else None
    sent = {"Content-Type": "application/json", **draw(headers)}
    return endpoint, event(method, f"{target_of(endpoint, **values)}?{query}", sent, body)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), is_known=st.sampled_from([True, True, True, False]))
def test_any_call(call_often: Caller, data: st.DataObject, is_known: bool) -> None:
    name = call_often.service.app_name
    endpoint, sent = data.draw(calls(name))
    user = call_often.standing_user if is_known else data.draw(st.sampled_from(STRANGERS[name]))
    if user != ANONYMOUS:
        sent["multiValueHeaders"]["Authorization"] = [f"Bearer {call_often.token_for(user)}"]
    answer = call_often.service(sent, None)
    assert answer["statusCode"] < 500, answer
    if sent["httpMethod"] == endpoint.method:
        declared = DOCUMENTS[name][endpoint.template][endpoint.method.lower()]["responses"]
        assert str(answer["statusCode"]) in declared, (answer["statusCode"], sorted(declared))
    assert answer["statusCode"] == 404 or answer["body"] or answer["statusCode"] < 400 or told_otherwise(sent, answer)


def told_otherwise(sent: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Refusals without a body: of HEAD, of an Accept without JSON, of userupdate, and those told by headers."""
    told = any(name.endswith("App-error") for name in answer["multiValueHeaders"])
    is_silent = sent["path"].startswith("/profile/api/userupdate") and answer["statusCode"] == 401
    return bool(sent["httpMethod"] == "HEAD" or answer["statusCode"] == 406 or told or is_silent)
