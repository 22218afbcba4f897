"""The address of the deployed: each API at execute-api's own place, and the domain's base paths at the root.

`/_api/ID/STAGE/…` is a stage of an API. At the root are the base paths of custom domains, and where none has the empty
one, the strangler's API. `/_fn/NAME/…` is the API of service NAME, and `/_inner/…` are the root's paths for calls that
services make of each other: the same addresses as in the stack without AWS.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from infra.local.aws.apis import Api
from infra.local.aws.authorizers import Authorizers, Refused
from infra.local.aws.facts import Deployed
from infra.local.aws.functions import Functions, NoFunction
from infra.local.aws.integrations import Integrations
from infra.local.environments.environment import Failed, TimedOut
from infra.local.environments.pool import TooLarge
from infra.local.environments.waiting import Throttled
from infra.local.gateway.answer import Answer, Malformed, message
from infra.local.gateway.dispatch import DIRECT, FACADE, INNER, REFUSALS, STACK, Page, origin_form, split_direct
from infra.local.gateway.limits import refusal
from infra.local.gateway.request import Request
from infra.local.gateway.upstream import Upstreams

API = "/_api/"
NOTHING = "Forbidden. Nothing is deployed here yet: `tis deploy --stage local` deploys the services."
MISSING = "Missing Authentication Token"
FAULTS = (Throttled, TooLarge, TimedOut, Failed, Malformed)


class Place(NamedTuple):
    """Where a request goes: a stage, the path that is matched, the target that the function sees, and from where it comes."""

    api: Api
    path: str
    target: str
    inner: bool


class Edge:
    """Takes up what is deployed, and answers requests by it."""

    def __init__(
        self, functions: Functions, pages: Mapping[str, Page], prefix: str, say: Callable[[str], None] = print
    ) -> None:
        self.pages, self._prefix, self._say = dict(pages), f"{prefix}-", say
        self._functions, self._authorizers = functions, Authorizers(functions)
        self.upstreams = Upstreams()
        self._integrations = Integrations(functions, self.upstreams)
        self._apis: dict[tuple[str, str], Api] = {}
        self._named: dict[str, Api] = {}
        self._base_paths: dict[str, Api] = {}

    async def take_up(self, deployed: Deployed) -> None:
        """From now on this is what is deployed."""
        await self._functions.take_up(deployed)
        self._apis = {(facts.id, facts.stage): Api(facts) for facts in deployed.apis}
        self._named = {api.facts.name.removeprefix(self._prefix): api for api in self._apis.values()}
        self._base_paths = {
            path: self._apis[place] for path, place in deployed.base_paths.items() if place in self._apis
        }
        facade = self._named.get(FACADE)
        if facade is not None:
            self._base_paths.setdefault("", facade)
        self._authorizers.forget()

    async def answer(self, request: Request) -> Answer:
        """The answer to a request; never raises."""
        try:
            return refusal(request) or await self._answer(request)
        except Exception as error:  # noqa: BLE001 - a fault of our own costs one answer, not the connection
            self._say(f"The gateway failed at {request.method}: {error!r}")
            return message(500, "Internal server error")

    async def invoke(self, name: str, request: Request, *, inner: bool) -> Answer:
        """The answer of a service's API to a request."""
        api = self._named.get(name)
        if api is None:
            return message(404, f"The service {name} is not deployed.")
        return await self._call(Place(api, request.target.partition("?")[0], request.target, inner), request)

    async def _answer(self, request: Request) -> Answer:
        target = origin_form(request.target)
        page = self.pages.get(target.partition("?")[0])
        if page is not None and (found := await page(replace(request, target=target))) is not None:
            return found
        if target.startswith(STACK):
            return message(404, "Not Found")
        place = self._place(target)
        if place is None:
            return message(403, NOTHING if not self._apis else "Forbidden")
        return await self._call(place, replace(request, target=place.target))

    def _place(self, target: str) -> Place | None:
        if target.startswith(API):
            identity, _, rest = target[len(API) :].partition("/")
            stage, seen = split_direct(f"{DIRECT}{rest}")
            api = self._apis.get((identity, stage))
            return placed(api, seen)
        if target.startswith(DIRECT):
            name, seen = split_direct(target)
            api = self._named.get(name)
            return placed(api, seen)
        inner = target.startswith(INNER)
        seen = target[len(INNER) - 1 :] if inner else target
        path = seen.partition("?")[0]
        first, slash, rest = path[1:].partition("/")
        if first and first in self._base_paths:
            return Place(self._base_paths[first], slash + rest or "/", seen, inner)
        root = self._base_paths.get("")
        return None if root is None else Place(root, path, seen, inner)

    async def _call(self, place: Place, request: Request) -> Answer:
        call = place.api.find(request.method, place.path)
        if call is None:
            return message(403, MISSING)
        try:
            authorized = None
            if call.authorizer is not None:
                authorized = await self._authorizers.admit(place.api, call.authorizer, request, place.path)
            return await self._integrations.answer(place.api, call, request, authorized, inner=place.inner)
        except Refused as refused:
            return refused.answer
        except NoFunction as error:
            self._say(f"{place.api.facts.name}: {error} The API was deployed for it; deploy the service again.")
            return message(500, "Internal server error")
        except FAULTS as error:
            status, text = next(told for kind, told in REFUSALS.items() if isinstance(error, kind))
            self._say(f"{place.api.facts.name}: {request.method} answered {status}{f': {error}' if str(error) else ''}")
            return message(status, text)


def placed(api: Api | None, seen: str) -> Place | None:
    """A request from outside at an API's own address, where there is one."""
    return None if api is None else Place(api, seen.partition("?")[0], seen, inner=False)
