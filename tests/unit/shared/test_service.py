"""Dispatch, order of checks and answers of a service, shown on a small one without a database."""

import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from pydantic import BaseModel

from shared.config import ConfigError
from shared.dialect import CROSS_ORIGIN, SECURED, Dialect
from shared.errors import FieldError, Invalid
from shared.http.binding import RawText
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.http.service import Service
from shared.jackson import Text
from shared.principals import PUBLIC, SIGNED_IN, Authority, Principal
from tests.events import Answer, ask
from tests.identity import OLD, Issuer, Profile

ISSUER = Issuer()
USERS = {"ann": {"user": "ann", "authorities": ["write"]}, "bob": {"user": "bob", "authorities": []}}
routes = Resource()


class Thing(BaseModel):
    code: Text = None


def check_thing(thing: Thing) -> None:
    if thing.code is None:
        raise Invalid(faults=[FieldError("thing", "code", "NotNull")])


@routes.endpoint("GET", "/api/things/{id}", allow=SIGNED_IN)
def get_thing(id: int) -> Thing:  # noqa: A002 - the path parameter's name
    return Thing(code=str(id))


@routes.endpoint("GET", "/api/things/special", allow=SIGNED_IN)
def get_special() -> Thing:
    return Thing(code="special")


@routes.endpoint("POST", "/api/things", allow=Authority("write"), check=check_thing)
def create_thing(body: Thing, principal: Principal) -> Reply:
    return Reply({"code": body.code, "by": principal.user}, 201)


@routes.endpoint("POST", "/api/things/exists/", allow=SIGNED_IN)
def find_thing(body: RawText) -> bool:
    return bool(body)


@routes.endpoint("GET", "/api/broken", allow=SIGNED_IN)
def get_broken() -> Thing:
    raise RuntimeError("a secret of the inside")


@routes.endpoint("GET", "/health", allow=PUBLIC)
def get_health() -> Thing:
    return Thing(code="UP")


@pytest.fixture(scope="module")
def service() -> Service:
    made = Service("things", "/x", Dialect("thingApp", {**SECURED, **CROSS_ORIGIN}), [routes])
    made.verifier = ISSUER.verifier()
    made.principals = Profile(USERS).principals()
    return made


def call(
    service: Service, method: str, target: str, *, user: str = "ann", body: str | None = None, **headers: str
) -> Answer:
    standing = {
        "Content-Type": "application/json",
        **({"Authorization": f"Bearer {ISSUER.token(user)}"} if user else {}),
    }
    return ask(service, method, target, {**standing, **headers}, body)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/x/api/things/7", "7"),
        ("/x/api/things/7/", "7"),
        ("/x/api/things/special", "special"),
        ("/x/api/things/special/", "special"),
    ],
)
def test_finds_the_endpoint(service: Service, target: str, code: str) -> None:
    assert call(service, "GET", target).json == {"code": code}


@pytest.mark.parametrize(
    "target", ["/x/api/nothing", "/x/api", "/x", "/y/api/things", "/x/api/things/7/8", "/x/api/Things/7"]
)
def test_unknown_path(service: Service, target: str) -> None:
    answer = call(service, "GET", target)
    assert (answer.status, answer.json["path"]) == (404, target)


def test_a_final_slash_belongs_to_the_template(service: Service) -> None:
    assert call(service, "POST", "/x/api/things/exists/", body="a").status == 200
    assert call(service, "POST", "/x/api/things/exists", body="a").status == 405


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST", "PROPFIND", "get"])
def test_wrong_method(service: Service, method: str) -> None:
    answer = call(service, method, "/x/api/things/7")
    assert (answer.status, answer.json["description"]) == (405, f"Request method '{method}' not supported")


def test_head_is_get_without_body(service: Service) -> None:
    got, head = (call(service, method, "/x/api/things/7") for method in ("GET", "HEAD"))
    length = {"content-length": str(len(got.body.encode()))}
    assert (head.status, head.body, head.headers) == (200, "", {**got.headers, **length})


def test_options_tells_the_methods(service: Service) -> None:
    assert call(service, "OPTIONS", "/x/api/things").headers["allow"] == "POST,OPTIONS"
    assert call(service, "OPTIONS", "/x/api/things/7").headers["allow"] == "GET,HEAD,OPTIONS"


@pytest.mark.parametrize("target", ["*", "", "x"])
def test_a_path_without_a_slash_is_unknown(service: Service, target: str) -> None:
    assert call(service, "OPTIONS", target).status == 404


@pytest.mark.parametrize("target", ["/x/api/things/7", "/x/api/nothing"])
def test_no_token_no_answer(service: Service, target: str) -> None:
    assert call(service, "GET", target, user="").status == 401


def test_public_endpoints_look_at_no_token(service: Service) -> None:
    assert call(service, "GET", "/x/health", user="", Authorization="Bearer nonsense").json == {"code": "UP"}


@pytest.mark.parametrize(
    ("user", "headers", "body", "status"),
    [
        ("ann", {}, '{"code":"a"}', 201),
        ("", {}, "{", 401),
        ("bob", {"Accept": "text/html"}, "{", 406),
        ("bob", {"Content-Type": "text/plain"}, "{", 415),
        ("bob", {}, "{", 400),
        ("bob", {}, "{}", 400),
        ("bob", {}, '{"code":"a"}', 403),
    ],
)
def test_order_of_checks(service: Service, user: str, headers: dict[str, str], body: str, status: int) -> None:
    assert call(service, "POST", "/x/api/things", user=user, body=body, **headers).status == status


def test_the_view_knows_its_caller(service: Service) -> None:
    assert call(service, "POST", "/x/api/things", body='{"code":"a"}').json == {"code": "a", "by": "ann"}


def test_a_token_of_nobody_profile_knows(service: Service) -> None:
    assert call(service, "POST", "/x/api/things", user="eve", body='{"code":"a"}').status == 403


def test_a_token_that_names_nobody_is_refused(service: Service) -> None:
    claims = jwt.decode(ISSUER.token("ann"), options={"verify_signature": False})
    nameless = {name: value for name, value in claims.items() if name not in ("sub", "preferred_username")}
    token = jwt.encode(nameless, ISSUER.key, "RS256", headers={"kid": "key-1"})
    assert call(service, "GET", "/x/api/things/7", Authorization=f"Bearer {token}").status == 401


def test_our_own_mistake_tells_nothing_of_the_inside(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    answer = call(service, "GET", "/x/api/broken")
    assert (answer.status, answer.json["message"]) == (500, "error.internalServerError")
    assert "secret" not in answer.body
    assert "a secret of the inside" in caplog.text


def test_two_endpoints_at_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match=r"GET /x/api/things/\{id\} is served twice"):
        Service("twice", "/x", Dialect("thingApp"), [routes, routes])


def test_headers_stand_on_every_answer(service: Service) -> None:
    for target, user in (("/x/api/things/7", "ann"), ("/x/api/nothing", "ann"), ("/x/api/things/7", "")):
        headers = call(service, "GET", target, user=user).headers
        assert headers["cache-control"] == "no-cache, no-store, max-age=0, must-revalidate"
        assert headers["x-frame-options"] == "DENY"
        assert headers["vary"] == "Origin,Access-Control-Request-Method,Access-Control-Request-Headers"


def test_every_endpoint_names_where_it_stands(service: Service) -> None:
    sources = {endpoint.template: endpoint.source for endpoint in service.endpoints}
    assert all("test_service.py:" in source for source in sources.values())
    assert len(set(sources.values())) == len(service.endpoints)


NEW = OLD | {"name": "cognito", "iss": "https://new.test", "jwks_url": "http://127.0.0.1:9/jwks"}


def told_of(monkeypatch: pytest.MonkeyPatch, *issuers: Mapping[str, Any], **more: str) -> Service:
    """A service that is told of issuers by its environment."""
    monkeypatch.delenv("TIS_ROUTES_TABLE", raising=False)
    told = {"TIS_DATABASE_URL": "sqlite://", "TIS_ISSUERS": json.dumps(issuers), **more}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return Service("things", "/x", Dialect("thingApp"), [routes])


def test_two_issuers_without_a_route_table_are_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    made = told_of(monkeypatch, OLD, NEW)
    with pytest.raises(ConfigError, match="TIS_ROUTES_TABLE is not set"):
        _ = made.verifier
    assert call(made, "GET", "/x/api/things/1").status == 500


def test_one_issuer_needs_no_route_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_of(monkeypatch, OLD).verifier


def test_two_issuers_with_a_route_table_are_as_far_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_of(monkeypatch, OLD, NEW, TIS_ROUTES_TABLE="routes", AWS_REGION="eu-west-2").verifier
