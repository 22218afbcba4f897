"""/profile/api, as TIS-PROFILE answers it: userinfo, userupdate, and the lists of users, roles and permissions."""

from typing import Any, Final

from tests.legacy.accounts import Accounts
from tests.legacy.directory import Directory
from tests.legacy.jackson import pretty
from tests.legacy.messages import (
    JSON_TYPE,
    VARY,
    Answer,
    Refused,
    Request,
    access_denied,
    container_answer,
    crash,
    method_not_allowed,
    options_answer,
)
from tests.legacy.tokens import BadToken, user_name

USERINFO, USERUPDATE = "/profile/api/userinfo", "/profile/api/userupdate"
NO_TOKEN: Final = "User info cannot be provided for the request supplied."
VIEW: Final = "profile:view:entities"


class Profile:
    """Answers requests from the accounts' database."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self._directory = accounts, Directory(accounts)

    def answer(self, request: Request) -> Answer | None:
        """The answer; None where it is not for this part to say."""
        path = request.path.removesuffix("/")
        if path in (USERINFO, USERUPDATE):
            return self._userinfo(request, path)
        found = self._directory.find(request)
        if found is None:
            return None
        if token_of(request) is None:
            return container_answer(401, request.path)
        return found(request) if self.may(request, VIEW) else access_denied()

    def may(self, request: Request, authority: str) -> bool:
        """Does the caller hold an authority?"""
        profile = self._caller(token_of(request) or "")
        return profile is not None and authority in profile["permissions"]

    def _userinfo(self, request: Request, path: str) -> Answer:
        """Who the token's user is; with a trailing slash the token filter refuses a caller without a token."""
        if request.method == "OPTIONS":
            return options_answer(["GET", "HEAD", "OPTIONS"])
        if request.method not in ("GET", "HEAD"):
            return method_not_allowed(request.method)
        token = token_of(request)
        if token is None and request.path.endswith("/"):
            return container_answer(401, request.path)
        if token is None:
            return access_denied(NO_TOKEN) if path == USERINFO else Answer(401, [*VARY])
        profile = self._caller(token)
        if profile is None:
            return crash()
        origin = [("Access-Control-Allow-Origin", "*")] if request.header("origin") else []
        return Answer(200, [*VARY, *origin, JSON_TYPE], pretty(profile).encode())

    def _caller(self, token: str) -> dict[str, Any] | None:
        """The user whom a token names, or None; Refused for text that is no token."""
        try:
            name = user_name(token)
        except BadToken:
            raise Refused(crash()) from None
        return None if name is None else self._accounts.find(name)


def token_of(request: Request) -> str | None:
    """The token as sent: `Authorization` goes before `OIDC_access_token`, whatever its scheme."""
    header = request.header("authorization")
    return request.header("oidc_access_token") if header is None else header.removeprefix("Bearer ")
