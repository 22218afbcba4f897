"""/api/userinfo and /api/userupdate: who a token's user is and what he or she may do. Replaces UserProfileResource.

Every other service asks here for its callers' authorities.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from services.profile.permissions import parted
from services.profile.user_facts import Facts, read_facts
from services.profile.user_profile import HeldPolicy, UserProfile
from services.profile.user_rows import number
from shared.db import Work
from shared.dialect import CROSS_ORIGIN
from shared.errors import Forbidden, Unauthorised
from shared.http.endpoint import Resource
from shared.http.reply import Reply
from shared.http.request import Request
from shared.principals import PUBLIC, Principal
from shared.tokens import Identity

routes = Resource()


NO_BODIES = ["None"]  # told of a user without designated bodies


@routes.endpoint(
    "GET", "/api/userinfo", allow=PUBLIC, gives=UserProfile, statuses=(200, 401, 403, 404), standing=CROSS_ORIGIN
)
def get_userinfo(request: Request, identity: Identity | None, work: Work) -> Reply:
    """The user whom the token names; 404 for one who is unknown, not active or without any permission."""
    refuse_unread(request)
    if identity is not None:
        return tell_user(work, identity.user)
    if request.segments[-1] == "":
        raise Unauthorised("A bearer token is needed.")
    raise Forbidden("User info cannot be provided for the request supplied.")


@routes.endpoint(
    "GET", "/api/userupdate", allow=PUBLIC, gives=UserProfile, statuses=(200, 401, 404), standing=CROSS_ORIGIN
)
def get_userupdate(request: Request, identity: Identity | None, work: Work) -> Reply:
    """As userinfo, but for the answer to a caller without a token. It updates nothing, despite its name."""
    refuse_unread(request)
    return Reply(None, 401) if identity is None else tell_user(work, identity.user)


def refuse_unread(request: Request) -> None:
    """Refuse a scheme in another spelling than `Bearer`, which the old service took for a part of the token."""
    scheme = request.headers.get("authorization", "")[:7]
    if scheme.lower() == "bearer " and scheme != "Bearer ":
        raise Unauthorised("Authorization must begin with Bearer, in this spelling.")


def tell_user(work: Work, name: str) -> Reply:
    """The answer about a user by name."""
    found = find_userinfo(work, name)
    if found is None:
        return Reply({"errorMessage": f"User with username {name} either not found or not active"}, 404)
    return Reply(found)


def resolve(work: Work, name: str) -> Principal:
    """The principal of a user; one who is nowhere, or not active, may do nothing."""
    found = find_userinfo(work, name)
    return Principal(name) if found is None else Principal.from_userinfo(found)


def find_userinfo(work: Work, name: str) -> UserProfile | None:
    """What is told of an active user with at least one permission; None of any other. Roles without one are left out."""
    facts = read_facts(work, name)
    if facts is None or not facts.account.active or not is_same(facts.account.name, name):
        return None
    held = [one for one in facts.held if one.spelling is not None]
    return describe(facts._replace(held=held)) if held else None


def is_same(stored: str, named: str) -> bool:
    """Do two names differ in case and blanks at the end alone? The database overlooks accents too, and issuers do not."""
    return stored.rstrip(" ").casefold() == named.rstrip(" ").casefold()


def describe(facts: Facts) -> UserProfile:
    """The old UserProfile. A role's permissions count only where the link spells the role as the user's row does."""
    account = facts.account
    held = {one.name: one[2:] for one in facts.held if one.spelling == one.role}
    policies = held | {values[0]: values for values in facts.policies}
    return {
        "userName": account.name,
        "fullName": f"{shown(account.first_name)} {shown(account.last_name)}",
        "firstName": account.first_name,
        "lastName": account.last_name,
        "roles": list(dict.fromkeys(one.role for one in facts.held)),
        "permissions": list(held),
        "gmcId": account.gmc_id,
        "designatedBodyCodes": list(facts.bodies) or NO_BODIES,
        "phoneNumber": account.phone_number,
        "emailAddress": account.email_address,
        "permissionPolicies": [policy_of(values) for values in policies.values()],
        "assignedTrusts": assigned(facts.trusts, ("trustCode", "trustName")),
        "assignedProgrammes": assigned(facts.programmes, ("programmeName", "programmeNumber")),
    }


def shown(name: str | None) -> str:
    """A name as Java joins it to another."""
    return "null" if name is None else name


def policy_of(values: Sequence[str]) -> HeldPolicy:
    """A policy as callers see it."""
    name, principal, resource, actions, effect = values
    return HeldPolicy(name=name, principal=principal, resource=resource, actions=parted(actions), effect=effect)


def assigned(links: Iterable[Sequence[Any]], names: tuple[str, str]) -> Any:
    """Trusts or programmes by their own ids, each once; None where there are none."""
    distinct = dict.fromkeys(tuple(values[:3]) for values in links)
    made = [{"id": number(key), names[0]: one, names[1]: two} for key, one, two in distinct]
    return made or None
