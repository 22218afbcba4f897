"""The running part of the local AWS: the gateway and the functions' Runtime APIs on one loop, until a signal comes."""

import asyncio
import signal
import socket

from infra.build.manifest import Manifest
from infra.local.aws.edge import Edge
from infra.local.aws.functions import Functions
from infra.local.aws.ruling import Ruling
from infra.local.aws.runtime import runtime_packages
from infra.local.aws.zip_source import Ground
from infra.local.gateway.own_userinfo import userinfo_pages
from infra.local.gateway.pages import stack_pages
from infra.local.gateway.server import Server
from infra.local.identity.keys import KEYCLOAK, jwks_file
from infra.local.stack.processes import Helpers
from infra.local.stack.serve import Watcher, follow_helpers
from infra.local.stack.settings import Layout


async def serve_aws(
    layout: Layout,
    manifest: Manifest,
    listeners: tuple[socket.socket, socket.socket],
    helpers: Helpers,
    watch: Watcher,
    *,
    own_userinfo: bool,
) -> None:
    """Answer calls until SIGINT or SIGTERM, then let running ones end. The second listener is for the fakes."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopping.set)
    ground = Ground(runtime_packages(layout.folder.path / "runtime"), layout.folder.path, layout.aws)
    functions = Functions(ground, layout.folder.log, watch.say)
    pages = stack_pages(functions.pools, jwks_file(layout.folder.path, KEYCLOAK))
    edge = Edge(functions, pages, manifest.app_prefix, watch.say)
    if own_userinfo:  # as in the stack without AWS
        edge.pages |= userinfo_pages((str(issuer["iss"]) for issuer in layout.issuers()), edge)
    public, ruling = Server(edge.answer, functions.pools), Server(Ruling(edge, functions).answer, {})
    following = asyncio.create_task(follow_helpers(helpers, watch.say))
    try:
        await public.start(listeners[0])
        await ruling.start(listeners[1])
        state = {**layout.state(), "kind": "aws", "aws": layout.aws}
        layout.folder.tell(state)
        if not stopping.is_set():
            watch.ready(state)
        await stopping.wait()
        watch.say("Stopping: running calls may end.")
        await public.drain()
    finally:
        following.cancel()
        public.stop()
        ruling.stop()
        edge.upstreams.close()
        await asyncio.gather(following, return_exceptions=True)
