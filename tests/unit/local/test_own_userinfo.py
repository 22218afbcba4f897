"""Who answers userinfo where real old servers stand behind the stack: profile for the stack's own tokens, they for others."""

import asyncio
import base64
import json
from pathlib import Path

import pytest

from infra.local.gateway.answer import Answer
from infra.local.gateway.dispatch import Dispatcher
from infra.local.gateway.own_userinfo import issuer_of, userinfo_pages
from infra.local.gateway.request import Request
from infra.local.identity.tokens import keycloak_tokens

USERINFO = "/profile/api/userinfo"


class Seen(Dispatcher):
    """A gateway whose functions only tell what they were asked."""

    def __init__(self) -> None:
        super().__init__({}, {})
        self.asked: list[tuple[str, str]] = []

    async def invoke(self, name: str, request: Request, *, inner: bool) -> Answer:  # noqa: ARG002 - its signature
        self.asked.append((name, request.target))
        return Answer(200)


def served_by(target: str, *headers: tuple[str, str]) -> list[tuple[str, str]]:
    gateway = Seen()
    gateway.pages |= userinfo_pages(["http://127.0.0.1:8080/_tis"], gateway)
    asyncio.run(gateway.answer(Request("GET", target, list(headers))))
    return gateway.asked


def test_own_tokens_go_to_profile_and_others_the_normal_way(tmp_path: Path) -> None:
    (own,), (foreign,) = keycloak_tokens(tmp_path, 8080, ["jo"]), keycloak_tokens(tmp_path, 1, ["jo"])
    to_profile, to_facade = [("profile", USERINFO)], [("strangler", USERINFO)]
    assert served_by(USERINFO, ("Authorization", f"Bearer {own}")) == to_profile
    assert served_by(USERINFO, ("OIDC_access_token", own)) == to_profile
    assert served_by(f"/_inner{USERINFO}", ("Authorization", f"Bearer {own}")) == to_profile
    assert served_by(f"{USERINFO}/?a=b", ("Authorization", f"Bearer {own}")) == [("profile", f"{USERINFO}/?a=b")]
    assert served_by(USERINFO, ("Authorization", f"Bearer {foreign}")) == to_facade
    assert served_by(USERINFO) == to_facade
    assert served_by("/profile/api/users", ("Authorization", f"Bearer {own}")) == [("strangler", "/profile/api/users")]


@pytest.mark.parametrize("claims", ["", "[]", "{}", '{"iss": 5}', "[" * 100_000, "\xff"])
def test_what_is_no_token_has_no_issuer(claims: str) -> None:
    part = base64.urlsafe_b64encode(claims.encode("latin-1")).decode()
    assert issuer_of(f"a.{part}.c") is None
    assert issuer_of(claims) is None
    assert issuer_of("a." + base64.urlsafe_b64encode(json.dumps({"iss": "x"}).encode()).decode() + ".c") == "x"
