"""`/profile/api/userinfo` for the stack's own tokens, where real old servers stand behind it, which know none of its users.

Calls with such a token go to the profile function straight away; all others take the normal way.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from infra.local.gateway.answer import Answer
from infra.local.gateway.dispatch import Page
from infra.local.gateway.request import Request
from shared.bearer import bearer_token

PROFILE, USERINFO = "profile", "/profile/api/userinfo"


class Invoker(Protocol):
    """What hands a request to a service by its name."""

    async def invoke(self, name: str, request: Request, *, inner: bool) -> Answer:
        """The service's answer."""


def userinfo_pages(issuers: Iterable[str], invoker: Invoker) -> dict[str, Page]:
    """The pages by path, for tokens that one of the issuers is said to have made: it is for profile to verify that."""
    ours = frozenset(issuers)

    async def userinfo(request: Request) -> Answer | None:
        token = bearer_token(request.header("authorization"), request.header("oidc_access_token"))
        if issuer_of(token or "") not in ours:
            return None
        path = request.target[request.target.index(USERINFO) :]
        answer = await invoker.invoke(PROFILE, replace(request, target=path), inner=True)
        answer.headers.append(("X-Tis-Served-By", PROFILE))
        return answer

    return {USERINFO: userinfo, f"{USERINFO}/": userinfo}


def issuer_of(token: str) -> str | None:
    """The issuer that a token names; None for what is no token."""
    try:
        _, claims, _ = token.split(".")
        issuer = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iss"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return issuer if isinstance(issuer, str) else None
