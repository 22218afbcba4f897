"""The departures of the reference service from the old one, a test for each of docs/departures.md by its name."""

import json
import time
from typing import Any, NamedTuple
from urllib.parse import quote

import jwt
import pytest

from shared.db import Database
from tests.identity import KEY_ID, Issuer
from tests.integration.reference.caller import API, FOUR_BYTES, UUID, Caller, refused

LONG = "x" * 256


class Crash(NamedTuple):
    """A call that broke the old service down (a † of REFERENCE.md), and the status that says what is wrong with it."""

    rule: str
    method: str
    path: str
    body: Any
    status: int
    user: str = "planner"
    media_type: str = "application/json"


def get(rule: str, path: str, status: int = 400, **options: Any) -> Crash:
    return Crash(rule, "GET", path, None, status, **options)


def post(rule: str, path: str, body: Any, status: int = 400, **options: Any) -> Crash:
    return Crash(rule, "POST", path, body, status, **options)


def put(rule: str, path: str, body: Any, status: int = 400) -> Crash:
    return Crash(rule, "PUT", path, body, status)


def filtered(path: str, filters: Any) -> str:
    return f"{path}?columnFilters={quote(json.dumps(filters))}"


GENDER = {"code": "q1", "label": "b"}
CRASHES = (
    post("2.1 too long", "genders", {"code": LONG, "label": "b"}),
    post("2.1 four bytes", "genders", {"code": FOUR_BYTES, "label": "b"}),
    post("2.1 duplicate key", "genders", {"code": "{gender}", "label": "b"}, 409),
    post("2.1 duplicate key but for case", "genders", {"code": "{GENDER}", "label": "b"}, 409),
    post("2.1 broken foreign key", "roles", {**GENDER, "roleCategory": {"id": 987654}}, 409),
    put("2.2 duplicate key", "genders", {"id": "{other}", "code": "{gender}", "label": "b"}, 409),
    put("2.2 parent must not be null", "roles", {"id": 987654, **GENDER, "roleCategory": None}),
    get("2.3 unknown sort", "genders?sort=bogus"),
    get("2.3 unknown sort after a known one", "genders?sort=code,bogus"),
    get("2.3 null in a filter", filtered("genders", {"code": [None]})),
    get("2.3 nested status in a filter", filtered("funding-sub-types", {"fundingType.status": ["CURRENT"]})),
    get("2.3 flag on a text", filtered("genders", {"code": ["true"]})),
    get("2.3 twenty digits", filtered("genders", {"id": ["12345678901234567890"]})),
    get("2.3 text on a number", filtered("genders", {"id": ["a"]})),
    get("2.3 text on a flag", filtered("dbcs", {"internal": ["a"]})),
    get("2.3 uuid", filtered("genders", {"uuid": [UUID]})),
    get("2.3 date", filtered("sites", {"startDate": ["2026-01-31"]})),
    get("2.4 not a number", "genders/a"),
    get("2.4 out of range", "genders/9223372036854775808"),
    get("2.4 not a uuid", "funding-reason/a"),
    Crash("2.5 unknown id", "DELETE", "genders/987654", None, 404),
    Crash("2.5 still referenced", "DELETE", "organization-types/{organization}", None, 409),
    Crash("4.6 office with a contact", "DELETE", "local-offices/{office}", None, 409),
    post("2.6 missing field", "bulk-genders", [GENDER, {"code": "q2"}]),
    post("2.6 missing code", "bulk-assessment-types", [{"label": "b"}]),
    post("2.8 T empty body", "genders/exists/", ""),
    post("2.8 T empty body, no slash", "permit-to-works/exists", ""),
    post("2.8 M null", "grades/exists/", [None]),
    post("2.8 F twice", "roles/exists/", ["a", "a"]),
    post("2.8 F twice after decoding", "roles/exists/", ["a b", "a+b"]),
    post("2.8 F nothing", "roles/exists/", []),
    post("2.8 F null", "programme-membership-types/exist", [None]),
    post("2.8 F flag", filtered("roles/exists/", {"code": ["true"]}), ["a"]),
    post("2.8 I null", "sites/ids/exists", [None]),
    post("2.8 X nothing", "roles/matches/", []),
    post("2.8 X null", "leaving-reasons/match", [None]),
    post("2.8 S no body", "sites/codeexists/", ""),
    post("2.8 S no body", "trusts/codeexists/", ""),
    get("2.9 ids missing", "sites/ids/in"),
    get("2.9 ids no numbers", "trusts/ids/in?ids=a"),
    get("2.9 ids both ways", "grades/ids/in?ids=1,2&ids=3,4"),
    get("2.9 uuids missing", "funding-sub-types/ids/in"),
    get("2.9 uuids malformed", "funding-sub-types/ids/in?ids=a"),
    get("2.9 nothing in the path", "grades/in/"),
    get("2.10 searchString missing", "trusts/search"),
    post("4.1 trustCode missing", "sites", {}),
    post("4.1 unknown trust", "sites", {"trustCode": "no such trust"}),
    post("4.1 organization type without id", "bulk-sites", [{"organizationType": {"code": "a"}}]),
    post("4.1 unknown organization type", "bulk-sites", [{"organizationType": {"id": 987654}}], 409),
    post("4.1 date that is none", "sites", {"startDate": "31/01/2026"}),
    post("4.3 code with a blank", "assessment-types", {"code": "a b", "label": "b"}),
    post("4.3 code with a percent sign", "assessment-types", {"code": "a%", "label": "b"}),
    Crash("4.5 unknown funding type", "DELETE", "funding-types/987654", None, 404),
    post("4.5 funding type missing", "funding-sub-types", GENDER),
    post("4.5 funding type without id", "funding-sub-types", {**GENDER, "fundingType": {"code": "a"}}),
    get("4.6 flag that is none", "dbcs/internal/maybe"),
    get("4.6 no list of codes", "dbcs/user", user="stranger"),
    get("4.6 no list of codes", "local-offices/user", user="stranger"),
    post("4.7 status missing", "organization-types", GENDER),
    put("4.7 status missing", "organization-types", {"id": "{organization}", **GENDER}),
    post("4.8 office without uuid", "local-office-contacts", {"localOffice": {"id": 1}, "contactType": {"id": UUID}}),
    post(
        "4.8 office without id", "local-office-contacts", {"localOffice": {"uuid": UUID}, "contactType": {"id": UUID}}
    ),
    post("4.8 type without id", "local-office-contacts", {"localOffice": {"id": 1, "uuid": UUID}, "contactType": {}}),
    post("4.9 patch is no JSON", "jsonPatches", {"tableDtoName": "a", "patch": "{"}),
    post("4.9 patch is empty", "jsonPatches", {"tableDtoName": "a", "patch": ""}),
    post("4.9 date that is none", "jsonPatches", {"tableDtoName": "a", "dateAdded": "soon"}),
    put("4.9 date missing", "jsonPatches", {"id": "{patch}", "tableDtoName": "a"}),
    put("4.9 unknown patch", "jsonPatches/987654", None, 404),
    post("4.11 category missing", "roles", GENDER),
    post("4.11 category without id", "roles", {**GENDER, "roleCategory": {"name": "a"}}),
    post("4.11 category missing in bulk", "bulk-roles", [GENDER]),
    post("5 word for a status", "genders", {**GENDER, "status": "current"}),
    post("5 empty status", "genders", {**GENDER, "status": ""}),
    post("5 array for a text", "genders", {"code": [], "label": "b"}),
    post("5 malformed uuid", "genders", {**GENDER, "uuid": "a"}),
    post("5 single quotes", "genders", "{'code':'a'}"),
    post("5 no body", "genders", ""),
    post("5 null", "genders", "null"),
    post("5 object for an array", "bulk-genders", {}),
    post("5 array for an object", "genders", []),
    post("7 media type", "genders", "{}", 415, media_type="text/plain"),
    post("7 form", "genders", "code=a", 415, media_type="application/x-www-form-urlencoded"),
    post("7 no media type", "genders", "{}", 415, media_type=""),
    get("7 firewall", "sites/code/a%2Fb"),
    get("7 firewall", "sites/code/a;b"),
    get("7 firewall", "sites//1"),
)


def filled(crash: Crash, call: Caller) -> tuple[str, str | None]:
    """The call's path and body with what the rows hold in the place of marks."""
    genders = call.rows("genders")
    used = next(row["organizationType"]["id"] for row in call.rows("sites") if row["organizationType"])
    marks = {
        "gender": genders[0]["code"],
        "GENDER": genders[0]["code"].swapcase(),
        "other": str(genders[1]["id"]),
        "organization": str(used),
        "office": str(call.rows("local-office-contacts")[0]["localOffice"]["id"]),
        "patch": str(call.rows("jsonPatches")[0]["id"]),
    }
    path, body = crash.path, crash.body
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    for name, value in marks.items():
        path = path.replace(f"{{{name}}}", value)
        text = text and text.replace(f"{{{name}}}", value)
    return path, text


@pytest.mark.parametrize("crash", CRASHES, ids=lambda crash: f"{crash.rule}: {crash.method} {crash.path[:40]}")
def test_departure_crashes_are_4xx(call: Caller, crash: Crash) -> None:
    path, body = filled(crash, call)
    answer = call(crash.method, f"{API}/{path}", body, user=crash.user, Content_Type=crash.media_type)
    assert not refused([(crash.path, answer)], crash.status)


def test_departure_crashes_are_4xx_and_store_nothing(call: Caller) -> None:
    before = call.rows("genders"), call.rows("roles"), call.rows("sites")
    for crash in CRASHES:
        path, body = filled(crash, call)
        call(crash.method, f"{API}/{path}", body, user=crash.user, Content_Type=crash.media_type)
    assert (call.rows("genders"), call.rows("roles"), call.rows("sites")) == before


def test_departure_number_filter_is_exact_text(call: Caller) -> None:
    for code in ("7", "007", "7up", "07"):
        assert call("POST", f"{API}/genders", {"code": code, "label": "b"}).status == 201
    for wanted in ("7", "007"):
        found = call("GET", f"{API}/{filtered('genders', {'code': [wanted]})}").json
        assert [row["code"] for row in found] == [wanted]
    assert call("GET", f"{API}/{filtered('genders', {'code': ['0']})}").json == []
    assert [row["code"] for row in call("GET", f"{API}/{filtered('genders', {'code': [7]})}").json] == ["7"]


def test_departure_token_is_verified(call: Caller, issuer: Issuer) -> None:
    good = issuer.token("planner")
    claims = jwt.decode(good, options={"verify_signature": False})
    header, _, signature = good.split(".")
    bad = {
        "another key": jwt.encode(claims, Issuer().key, "RS256", headers={"kid": KEY_ID}),
        "no signature": jwt.encode(claims, "", "none", headers={"kid": KEY_ID}),
        "other claims": f"{header}.{jwt.encode(claims | {'sub': 'x'}, 'k' * 32).split('.')[1]}.{signature}",
        "expired": issuer.token("planner", exp=int(time.time()) - 120),
        "another issuer": issuer.token("planner", iss="https://other.test"),
        "another audience": issuer.token("planner", aud="other"),
    }
    assert call("GET", f"{API}/genders", Authorization=f"Bearer {good}").status == 200
    answers = ((name, call("GET", f"{API}/genders", Authorization=f"Bearer {token}")) for name, token in bad.items())
    assert not refused(answers, 401)


@pytest.mark.parametrize(
    "sort", ["bogus", "code,bogus", "id;DROP TABLE Gender", "(SELECT 1)", "CODE", "code--", "roleCategory.name"]
)
def test_departure_sort_is_checked(call: Caller, sort: str) -> None:
    answer = call("GET", f"{API}/genders?sort={quote(sort)}")
    assert not refused([(sort, answer)], 400)
    assert sort.rsplit(",", maxsplit=1)[-1] in answer.json["description"]


def test_departure_unavailable_is_503(call: Caller) -> None:
    call.service.database = Database("mysql+pymysql://root@127.0.0.1:1/reference")
    answer = call("GET", f"{API}/genders/1")
    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"]
    assert answer.json["detail"]


@pytest.mark.parametrize("page", ["actuator/info", "actuator/prometheus", "v2/api-docs", "swagger-ui.html"])
def test_departure_no_service_pages(call: Caller, page: str) -> None:
    assert call("GET", f"/reference/{page}", user="anonymous").status == 404
    assert call("GET", "/reference/actuator/health", user="anonymous").json == {"status": "UP"}


def test_departure_four_byte_characters_are_refused(call: Caller) -> None:
    filters = quote(json.dumps({"code": [FOUR_BYTES]}, ensure_ascii=False))
    answers = [
        ("body", call("POST", f"{API}/genders", {"code": FOUR_BYTES, "label": "x"})),
        ("search", call("GET", f"{API}/genders?searchQuery={quote(FOUR_BYTES)}")),
        ("filter", call("GET", f"{API}/genders?columnFilters={filters}")),
    ]
    assert refused(answers, 400) == []
    assert call("GET", f"{API}/sites/code/{quote(FOUR_BYTES)}").status == 404


def test_departure_long_params_are_cut(call: Caller) -> None:
    answer = call("PUT", f"{API}/bulk-genders", [{"code": "x", "label": "y"}] * 500)
    assert (answer.status, answer.headers["x-referenceapp-error"]) == (400, "error.bulk.update.failed.noId")
    assert len(answer.headers["x-referenceapp-params"]) == 4_000
    assert len(answer.json) == 500


def test_departure_assessment_type_updates_work(call: Caller) -> None:
    row = call("GET", f"{API}/assessment-types?sort=id").json[0]
    answer = call("PUT", f"{API}/assessment-types", {**row, "code": "CHANGED", "label": "changed"}, user="editor")
    assert (answer.status, answer.json["label"]) == (200, "changed")


@pytest.mark.parametrize(
    ("sent", "kept"), [("de", True), ("de_CH", True), ("x%0d%0aSet-Cookie:a=b", False), ("%22", False)]
)
def test_departure_language_cookie_is_checked(call: Caller, sent: str, kept: bool) -> None:
    answer = call("GET", f"{API}/genders?language={sent}")
    assert answer.status == 200
    assert answer.headers.get("set-cookie") == (f"NG_TRANSLATE_LANG_KEY=%22{sent}%22; path=/" if kept else None)


def test_departure_search_answer_is_bounded(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("GET", f"{API}/sites/search").json["total"] == len(call.rows("sites"))
    monkeypatch.setattr("services.reference.limited.UNSEARCHED_LIMIT", 50)
    answer = call("GET", f"{API}/sites/search").json
    assert (answer["total"], answer["messageCode"], len(answer["list"])) == (50, None, 50)
