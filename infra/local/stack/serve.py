"""The running part of the stack: functions imported, the gateway open, changes followed, until a signal comes."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.environments.pool import Pool
from infra.local.environments.template import BrokenFunction
from infra.local.gateway.dispatch import Dispatcher
from infra.local.gateway.own_userinfo import userinfo_pages
from infra.local.gateway.pages import stack_pages
from infra.local.gateway.server import Server
from infra.local.identity.keys import KEYCLOAK, jwks_file
from infra.local.stack.folder import StackError
from infra.local.stack.processes import Helpers
from infra.local.stack.reload import follow_changes
from infra.local.stack.settings import Layout, services_of

LOOK_SECONDS = 2.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Watcher:
    """Who is told: of each step of the start, of what people should know later, and, once, that all is ready."""

    step: Say
    say: Say
    ready: Callable[[Mapping[str, object]], None]


async def serve(
    layout: Layout, listener: socket.socket, helpers: Helpers, watch: Watcher, *, own_userinfo: bool
) -> None:
    """Import the functions, answer calls until SIGINT or SIGTERM, then let running ones end. Raises StackError."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopping.set)
    pools = {name: Pool(layout.function(name), watch.say) for name in services_of(layout.root)}
    dispatcher = Dispatcher(pools, stack_pages(pools, jwks_file(layout.folder.path, KEYCLOAK)), watch.say)
    if own_userinfo:  # where the old servers are not the stand-in, and know none of our users
        dispatcher.pages |= userinfo_pages((str(issuer["iss"]) for issuer in layout.issuers()), dispatcher)
    server = Server(dispatcher.answer, pools)
    background = [
        asyncio.create_task(work)
        for work in (follow_changes(layout.root, pools, watch.say), follow_helpers(helpers, watch.say))
    ]
    try:
        watch.step("functions")
        await start_pools(pools)
        await server.start(listener)
        layout.folder.tell(layout.state())
        if not stopping.is_set():
            watch.ready(layout.state())
        await stopping.wait()
        watch.say("Stopping: running calls may end.")
        await server.drain()
    finally:
        for task in background:
            task.cancel()
        server.stop()
        await asyncio.gather(*background, return_exceptions=True)


async def start_pools(pools: Mapping[str, Pool]) -> None:
    """Import all functions at once."""
    results = await asyncio.gather(*(pool.start() for pool in pools.values()), return_exceptions=True)
    for name, result in zip(pools, results, strict=True):
        if isinstance(result, BrokenFunction):
            raise StackError(f"The function {name} cannot be imported: {result}")
        if isinstance(result, BaseException):
            raise result


async def follow_helpers(helpers: Helpers, say: Say) -> None:
    """Say so when a helper ends by itself, and what to do, until cancelled."""
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for sentence in helpers.ended():
                say(f"{sentence}; stop with Ctrl-C and start again.")
