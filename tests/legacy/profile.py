"""GET /profile/api/userinfo, as TIS-PROFILE answers it."""

from typing import Any, Final

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
from tests.legacy.users import BadToken, User, Users, user_name

USERINFO: Final = "/profile/api/userinfo"
NO_TOKEN: Final = "User info cannot be provided for the request supplied."
PRINCIPAL: Final = "tis:profile::user:"


def userinfo(request: Request, users: Users) -> Answer:
    """Who the token's user is and may be; with a trailing slash the token filter refuses a caller without a token."""
    if request.method == "OPTIONS":
        return options_answer(["GET", "HEAD", "OPTIONS"])
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed(request.method)
    token = token_of(request)
    if token is None:
        return container_answer(401, request.path) if request.path.endswith("/") else access_denied(NO_TOKEN)
    user = caller_of(token, users)
    if user is None:
        return crash()
    origin = [("Access-Control-Allow-Origin", "*")] if request.header("origin") else []
    return Answer(200, [*VARY, *origin, JSON_TYPE], pretty(profile_of(user)).encode())


def token_of(request: Request) -> str | None:
    """The token as sent: `Authorization` goes before `OIDC_access_token`, whatever its scheme."""
    header = request.header("authorization")
    return request.header("oidc_access_token") if header is None else header.removeprefix("Bearer ")


def caller_of(token: str, users: Users) -> User | None:
    """The user whom a token names, or None; Refused for text that is no token."""
    try:
        name = user_name(token)
    except BadToken:
        raise Refused(crash()) from None
    return None if name is None else users.find(name)


def profile_of(user: User) -> dict[str, Any]:
    """The UserProfile."""
    given, family = user.name.strip().partition("@")[0].capitalize(), "Legacy"
    return {
        "userName": user.name,
        "fullName": f"{given} {family}",
        "firstName": given,
        "lastName": family,
        "roles": ["Stand-in"],
        "permissions": list(user.authorities),
        "gmcId": None,
        "designatedBodyCodes": list(user.designated_body_codes) or ["None"],
        "phoneNumber": None,
        "emailAddress": f"{given.lower()}@example.org",
        "permissionPolicies": [policy_of(text) for text in user.policies],
        "assignedTrusts": None,
        "assignedProgrammes": None,
    }


def policy_of(text: str) -> dict[str, Any]:
    """A policy from its short form: the resource up to its last colon, then the action."""
    resource, colon, action = text.rpartition(":")
    return {"name": text, "principal": PRINCIPAL, "resource": resource + colon, "actions": [action], "effect": "Allow"}
