"""How each refusal reads: status, headers, and the body's fields in their order."""

import json
from typing import Any

import pytest

from shared import errors
from shared.dialect import CROSS_ORIGIN, SECURED, Dialect, language
from shared.errors import ApiError, FieldError, HeaderRefusal, Invalid
from shared.http.reply import Alert, Reply, latin, to_event
from shared.http.request import Request
from tests.events import event

STANDING = {**SECURED, **CROSS_ORIGIN}
DIALECT = Dialect("someApp", STANDING)


def vm(message: str, description: str | None, faults: Any = None) -> dict[str, Any]:
    return {"message": message, "description": description, "fieldErrors": faults}


def render(error: ApiError, **headers: str) -> Reply:
    return DIALECT.render(error, Request(event("PATCH", "/x/api/a%20b?q=1", headers)))


FAULT = {"objectName": "genderDTO", "field": "code", "message": "NotNull"}


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (errors.BadRequest("Why."), 400, vm("error.badRequest", "Why.")),
        (errors.UnsupportedMedia("Why."), 415, vm("error.badRequest", "Why.")),
        (errors.Unauthorised("Why."), 401, vm("error.unauthorised", "Why.")),
        (errors.Forbidden(), 403, vm("error.accessDenied", "Access is denied")),
        (errors.NotFound(), 404, None),
        (errors.MethodNotAllowed(), 405, vm("error.methodNotSupported", "Request method 'PATCH' not supported")),
        (errors.NotAcceptable(), 406, None),
        (errors.Conflict("Why."), 409, vm("error.conflict", "Why.")),
        (Invalid(faults=[FieldError("genderDTO", "code", "NotNull")]), 400, vm("error.validation", None, [FAULT])),
        (errors.Refused("Why."), 400, {"message": "Why.", "params": ["error.validation"]}),
        (HeaderRefusal(key="error.idexists", params="gender"), 400, None),
        (HeaderRefusal(key="error.idnotexists", params="x", status=404), 404, None),
        (HeaderRefusal(key="error.x", params="", body=[{"id": None}]), 400, [{"id": None}]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ApiError) else "",
)
def test_shape(error: ApiError, status: int, body: Any) -> None:
    reply = render(error)
    assert (reply.status, reply.media_type) == (status, "application/json")
    assert json.dumps(reply.body) == json.dumps(body)  # also the order of the fields


def test_every_error_has_a_shape() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ApiError)]
    assert len(kinds) > 12
    assert all(400 <= render(kind("Why.")).status < 600 for kind in kinds)


def test_header_refusals_are_told_by_headers() -> None:
    reply = render(HeaderRefusal(key="error.ids.exist", params="1,2"))
    assert reply.headers == {"X-someApp-error": "error.ids.exist", "X-someApp-params": "1,2"}


def test_an_unknown_path_gets_the_frameworks_page() -> None:
    reply = render(errors.NoSuchPath())
    assert list(reply.body) == ["timestamp", "status", "error", "path"]
    assert (reply.status, reply.body["error"], reply.body["path"]) == (404, "Not Found", "/x/api/a%20b")


def test_what_the_legacy_has_no_words_for_is_a_problem_document() -> None:
    reply = render(errors.Unavailable("The database cannot be reached now. Try again."))
    assert (reply.status, reply.media_type) == (503, "application/problem+json")
    assert {**reply.body} == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The database cannot be reached now. Try again.",
        "instance": "/x/api/a%20b",
    }
    assert reply.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("headers", "description"),
    [
        ({}, "Access is denied"),
        ({"Accept-Language": "de-AT,en"}, "Zugriff verweigert"),
        ({"Accept-Language": "fr"}, "Accès refusé"),
        ({"Accept-Language": "tlh"}, "Access is denied"),
        ({"Cookie": "a=b; NG_TRANSLATE_LANG_KEY=%22de%22; c=d", "Accept-Language": "fr"}, "Zugriff verweigert"),
        ({"Cookie": 'NG_TRANSLATE_LANG_KEY="fr"'}, "Accès refusé"),
        ({"Cookie": "NG_TRANSLATE_LANG_KEY="}, "Access is denied"),
    ],
)
def test_the_403_follows_the_callers_language(headers: dict[str, str], description: str) -> None:
    assert render(errors.Forbidden(), **headers).body["description"] == description


def test_language_is_two_letters_in_lower_case() -> None:
    assert language(Request(event("GET", "/a", {"Accept-Language": "DE-de"}))) == "de"


def test_alerts() -> None:
    reply = Reply(None, alert=Alert("gender", "created", "7"))
    assert DIALECT.headers(reply, Request(event("GET", "/a", {}))) == {
        "X-someApp-alert": "someApp.gender.created",
        "X-someApp-params": "7",
    }


def test_an_answer_is_compact_json_with_the_standing_headers() -> None:
    result = to_event(Reply({"a": [1, None, "é"]}, 201, {"X-A": "b"}), STANDING)
    assert (result["statusCode"], result["body"], result["isBase64Encoded"]) == (201, '{"a":[1,null,"é"]}', False)
    assert result["multiValueHeaders"]["X-A"] == ["b"]
    assert result["multiValueHeaders"]["Content-Type"] == ["application/json"]
    assert len(result["multiValueHeaders"]["Vary"]) == 3


def test_no_body_has_no_type() -> None:
    result = to_event(Reply(None, 404), STANDING)
    assert result["body"] == ""
    assert "Content-Type" not in result["multiValueHeaders"]


@pytest.mark.parametrize(
    ("value", "sent"), [("é", "é"), ("\N{SNOWMAN}", "?"), ("a\r\nSet-Cookie: b", "a??Set-Cookie: b"), ("a\0b", "a?b")]
)
def test_header_values_fit_a_header(value: str, sent: str) -> None:
    assert latin(value) == sent


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1f", "\x7f"])
def test_header_values_hold_no_control_characters(sign: str) -> None:
    assert latin(f"a{sign}b") == "a?b"


def test_a_lone_surrogate_can_be_answered() -> None:
    result = to_event(render(errors.BadRequest("No column \ud800.")), STANDING)
    assert json.loads(result["body"])["description"] == "No column ?."
