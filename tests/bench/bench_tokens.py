"""What it costs to know a caller: a token that was not seen before, and a call whose token and principal are known.

The second is what a guarded endpoint takes longer than one that is open to all and gives the same, both called as the
function that they belong to: everything between the request's headers and the view. The caller holds 50 permissions, and
the one that is asked for stands last among them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jwt

from shared.dialect import SECURED, Dialect
from shared.http.endpoint import Resource
from shared.http.service import Service
from shared.principals import PUBLIC, SIGNED_IN, Allow, Authority, Permission
from tests.bench.measure import WARM_ROUNDS, Line, line, take_turns
from tests.bench.profile_rows import PERMISSIONS, USER, policy_resource
from tests.events import event
from tests.identity import AUDIENCE, ISSUER, Issuer, Profile

UNSEEN_US, KNOWN_US = 1000, 50  # bounds
UNSEEN_ROUNDS, KNOWN_ROUNDS, KNOWN_CALLS = 400, 400, 20
PYJWT = "PyJWT with its key set"
CLOCK_SKEW = 60  # seconds

HELD = PERMISSIONS[:50]
LAST_NAME, LAST_RESOURCE, LAST_ACTIONS = HELD[-1]
GUARDS: Mapping[str, Allow] = {
    "signed_in": SIGNED_IN,
    "authority": Authority(LAST_NAME),
    "policy": Permission(policy_resource(LAST_RESOURCE), LAST_ACTIONS.partition(",")[0]),
}


def bench_unseen() -> Line:
    """Microseconds to verify a token that was not seen before, the issuer's keys being known."""
    issuer = Issuer()
    tokens = [issuer.token(USER, jti=f"{number}") for number in range(UNSEEN_ROUNDS + WARM_ROUNDS)]
    sides = {"ours": each(issuer.verifier().verify, tokens), PYJWT: each(by_pyjwt(issuer.jwks), tokens)}
    timings = take_turns(sides, rounds=UNSEEN_ROUNDS)
    found = line("tokens.unseen", timings.median("ours") * 1e6, "us", at_most=UNSEEN_US)
    return {
        **found,
        "peer": f"{PYJWT}: {timings.median(PYJWT) * 1e6:.3g} us",
        "ratio": round(timings.ratio("ours", PYJWT), 2),
    }


def each(verify: Callable[[str], object], tokens: list[str]) -> Callable[[], object]:
    """Verifies the next of some tokens at each call."""
    left: Iterator[str] = iter(tokens)
    return lambda: verify(next(left))


def by_pyjwt(published: dict[str, Any]) -> Callable[[str], object]:
    """A verifier as PyJWT's own pages teach it, the keys being there."""
    keys = jwt.PyJWKSet.from_dict(published)

    def verify(token: str) -> object:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=CLOCK_SKEW,
            options={"require": ["exp", "iss", "aud"]},
        )

    return verify


def bench_known() -> list[Line]:
    """Microseconds that a guard adds to a call, by the kind of guard."""
    issuer = Issuer()
    service = guarded_service(issuer)
    headers = {"Authorization": f"Bearer {issuer.token(USER)}", "Accept": "application/json", "Host": "localhost"}
    sides = {name: call_of(service, name, headers) for name in ("open", *GUARDS)}
    timings = take_turns(sides, rounds=KNOWN_ROUNDS, calls=KNOWN_CALLS)
    return [line(f"tokens.known.{name}", timings.added(name, "open") * 1e6, "us", at_most=KNOWN_US) for name in GUARDS]


def guarded_service(issuer: Issuer) -> Service:
    """A service with one endpoint that is open, and one for each kind of guard."""
    routes = Resource()
    for name, allow in {"open": PUBLIC, **GUARDS}.items():
        routes.endpoint("GET", f"/api/{name}", allow=allow)(give_nothing)
    service = Service("bench", "/bench", Dialect("benchApp", standing=SECURED), [routes])
    service.verifier = issuer.verifier()
    service.principals = Profile({"caller": caller()}).principals()
    return service


def give_nothing() -> dict[str, str]:
    """A view that does nothing."""
    return {}


def caller() -> dict[str, Any]:
    """Who calls: 50 authorities, and the policy of each."""
    policies = [f"{policy_resource(resource)}{actions.partition(',')[0]}" for _, resource, actions in HELD]
    return {"user": USER, "authorities": [name for name, _, _ in HELD], "policies": policies}


def call_of(service: Service, name: str, headers: Mapping[str, str]) -> Callable[[], object]:
    """A call of an endpoint, which is held to be let in."""
    asked = event("GET", f"/bench/api/{name}", headers)
    answer = service(asked, None)
    assert answer["statusCode"] == 200, answer
    return lambda: service(asked, None)
