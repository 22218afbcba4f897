"""Where a request goes: to the stack itself, straight to a function's own address, or, as the public does, to the facade."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import orjson

from infra.local.environments.environment import Failed, TimedOut
from infra.local.environments.pool import Pool, TooLarge
from infra.local.environments.waiting import Throttled
from infra.local.gateway.answer import Answer, Malformed, answer_of, message
from infra.local.gateway.limits import refusal
from infra.local.gateway.request import Request, event_of

FACADE = "strangler"
STACK, DIRECT, INNER = "/_tis/", "/_fn/", "/_inner/"

Page = Callable[[Request], Awaitable[Answer | None]]

REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    Throttled: (429, "Too Many Requests"),
    TooLarge: (413, "Request Too Long"),
    TimedOut: (504, "Endpoint request timed out"),
    Failed: (502, "Internal server error"),
    Malformed: (502, "Internal server error"),
}


class Dispatcher:
    """The one public address: functions by name, and the stack's own pages by path.

    `/_fn/NAME/…` is function NAME's own API, as a decided route reaches it. `/_inner/…` are the public paths for calls that
    services make of each other; they have environments kept for them (see `environments.pool`).
    """

    def __init__(
        self, pools: Mapping[str, Pool], pages: Mapping[str, Page], say: Callable[[str], None] = print
    ) -> None:
        self.pools, self.pages, self._say = pools, dict(pages), say

    async def answer(self, request: Request) -> Answer:
        """The answer to a request; never raises."""
        try:
            return refusal(request) or await self._route(request)
        except Exception as error:  # noqa: BLE001 - a fault of our own costs one answer, not the connection
            self._say(f"The gateway failed at {request.method}: {error!r}")
            return message(500, "Internal server error")

    async def _route(self, request: Request) -> Answer:
        request.target = origin_form(request.target)
        target, inner = request.target, False
        if target.startswith(INNER):
            target, inner = target[len(INNER) - 1 :], True
        path = target.partition("?")[0]
        page = self.pages.get(path)
        if page is not None:
            found = await page(request)
            if found is not None:
                return found
        if target.startswith(STACK):
            return message(404, "Not Found")
        name = FACADE
        if target.startswith(DIRECT):
            name, target = split_direct(target)
        return await self.invoke(name, replace(request, target=target), inner=inner)

    async def invoke(self, name: str, request: Request, *, inner: bool) -> Answer:
        """The answer of a function to a request; that of a gateway where there is none."""
        pool = self.pools.get(name)
        if pool is None:
            return message(404, f"There is no function {name}.")
        try:
            return answer_of(orjson.loads(await pool.call(orjson.dumps(event_of(request)), inner=inner)))
        except (Throttled, TooLarge, TimedOut, Failed, Malformed) as error:
            status, text = REFUSALS[type(error)]
            self._say(f"{pool.function.name}: {request.method} answered {status}{f': {error}' if str(error) else ''}")
            return message(status, text)


def origin_form(target: str) -> str:
    """A target without scheme and host, where a client sent the absolute form (RFC 9112 3.2.2)."""
    if target.startswith("/"):
        return target
    scheme, separator, rest = target.partition("://")
    if not separator or "/" in scheme:
        return f"/{target}"
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def split_direct(target: str) -> tuple[str, str]:
    """The function's name and the target that it sees, of `/_fn/NAME/…`."""
    rest = target[len(DIRECT) :]
    end = next((place for place, sign in enumerate(rest) if sign in "/?"), len(rest))
    name, seen = rest[:end], rest[end:]
    return name, seen if seen.startswith("/") else f"/{seen}"
