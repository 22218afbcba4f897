"""What the old service took from its callers, however odd, stays taken."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.reference.caller import API, Caller


def trust_code(call: Caller) -> str:
    codes: list[str] = [row["code"] for row in call.rows("trusts") if row["status"] == "CURRENT" and row["code"]]
    return next(code for code in codes if [one.lower().strip() for one in codes].count(code.lower().strip()) == 1)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31"),
        ([2026, 1, 31], "2026-01-31"),
        (20484, "2026-01-31"),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_sites(call: Caller, sent: Any, kept: str | None) -> None:
    created = call("POST", f"{API}/sites", {"trustCode": trust_code(call), "startDate": sent})
    assert (created.status, created.json["startDate"]) == (201, kept)
    assert call("GET", f"{API}/sites/{created.json['id']}").json["startDate"] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000+00:00"),
        ("2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00.000+00:00"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000+00:00"),
        (1769853600000, "2026-01-31T10:00:00.000+00:00"),
        ("1769853600000", "2026-01-31T10:00:00.000+00:00"),
    ],
)
def test_dates_of_patches(call: Caller, sent: Any, kept: str) -> None:
    created = call("POST", f"{API}/jsonPatches", {"tableDtoName": "a", "dateAdded": sent})
    assert (created.status, created.json["dateAdded"]) == (201, kept)
    assert call("GET", f"{API}/jsonPatches/{created.json['id']}").json["dateAdded"] == kept


def test_dates_of_patches_are_kept_to_the_second(call: Caller) -> None:
    created = call("POST", f"{API}/jsonPatches", {"tableDtoName": "a", "dateAdded": "2026-01-31T10:00:00.900Z"})
    stored = call("GET", f"{API}/jsonPatches/{created.json['id']}").json
    assert stored["dateAdded"] == "2026-01-31T10:00:00.000+00:00"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"code": 7, "label": True}, {"code": "7", "label": "true"}),
        ({"code": 12.5, "label": 1e3}, {"code": "12.5", "label": "1000.0"}),
        ({"code": "", "label": "  b "}, None),
        ({"code": "q1", "label": "", "status": 0}, {"code": "q1", "label": "", "status": "CURRENT"}),
        ({"code": "q2", "label": "b", "status": 1, "nonsense": {}}, {"code": "q2", "status": "INACTIVE"}),
        ({"code": "q3", "label": "b", "uuid": ""}, {"code": "q3", "uuid": None}),
        ({"code": "q4", "label": "a\0b"}, {"code": "q4", "label": "a\0b"}),
        ({"code": "q5", "label": "\ufffd\u200b"}, {"label": "\ufffd\u200b"}),
    ],
)
def test_values_of_other_types(call: Caller, sent: dict[str, Any], stored: dict[str, Any] | None) -> None:
    answer = call("POST", f"{API}/genders", sent)
    if stored is None:
        assert answer.status in (201, 409)
        return
    assert (answer.status, answer.json | stored) == (201, answer.json)
    kept = call("GET", f"{API}/genders/{answer.json['id']}").json
    assert {name: kept[name] for name in stored if name != "uuid"} == {
        name: value for name, value in stored.items() if name != "uuid"
    }


def test_text_after_the_body_and_names_sent_twice(call: Caller) -> None:
    answer = call("POST", f"{API}/genders", '{"code":"x","code":"q7","label":"b"} and more')
    assert (answer.status, answer.json["code"]) == (201, "q7")


@pytest.mark.parametrize("path", ["genders/exists/", "sites/codeexists/", "permit-to-works/exists"])
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/json", "application/octet-stream"])
def test_raw_text_of_any_media_type(call_often: Caller, path: str, media_type: str) -> None:
    collection = {"sites/codeexists/": "sites", "genders/exists/": "genders"}.get(path, "permit-to-works")
    field = "siteCode" if collection == "sites" else "code"
    values = [row[field] for row in call_often.rows(collection) if row[field]]
    value = next(one for one in values if one.isalnum() and [other.lower() for other in values].count(one.lower()) == 1)
    answer = call_often("POST", f"{API}/{path}", value, Content_Type=media_type)
    assert (answer.status, answer.body) in ((200, "true"), (302, ""))
    quoted = call_often("POST", f"{API}/{path}", f'"{value}"', Content_Type=media_type)
    assert (quoted.status, quoted.body) in ((200, "false"), (204, ""))


def test_a_form_finds_nothing(call_often: Caller) -> None:
    code = call_often.rows("genders")[0]["code"]
    media_type = "application/x-www-form-urlencoded"
    assert call_often("POST", f"{API}/genders/exists/", code, Content_Type=media_type).body == "false"


@pytest.mark.parametrize("query", ["page=-1", "page=x", "size=0", "size=99999", "page=0&page=5", "sort=", "sort=,desc"])
def test_pages_that_are_none(call_often: Caller, query: str) -> None:
    assert call_often("GET", f"{API}/genders?{query}").json[:3] == call_often("GET", f"{API}/genders").json[:3]


def test_a_search_is_decoded_twice(call_often: Caller) -> None:
    once = call_often("GET", f"{API}/sites?searchQuery={quote('a b')}").json
    assert call_often("GET", f"{API}/sites?searchQuery={quote(quote('a b'))}").json == once
    assert call_often("GET", f"{API}/sites?searchQuery={quote('a+b')}").json == once
    assert call_often("GET", f"{API}/sites?searchQuery={quote(chr(34) + 'a b' + chr(34))}").json == once


@pytest.mark.parametrize("path", ["genders/", "genders/1/", "current/roles/", "sites/search/"])
def test_a_slash_more(call_often: Caller, path: str) -> None:
    assert call_often("GET", f"{API}/{path}").body == call_often("GET", f"{API}/{path.rstrip('/')}").body
