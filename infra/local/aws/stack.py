"""The local AWS, started in order, and ended with nothing left behind; nothing is deployed at first, nor kept at the end."""

import contextlib
from contextlib import ExitStack
from dataclasses import replace

import uvloop

from infra.local.aws.seeding import STAGE, deployable_manifest, seed_account
from infra.local.aws.serve import serve_aws
from infra.local.gateway.server import open_socket
from infra.local.stack.processes import Helpers
from infra.local.stack.serve import Watcher
from infra.local.stack.stack import Options, begin, listening_socket, prepare, start_helpers

FAKES = "infra.local.aws.fakes"


def run_aws(options: Options, watch: Watcher) -> None:
    """Start everything, and serve until SIGINT or SIGTERM. Raises StackError with nothing left running."""
    folder = begin(options)
    manifest = deployable_manifest(options.root)
    with ExitStack() as held, contextlib.suppress(KeyboardInterrupt):
        held.enter_context(folder.lock())
        listener = held.enter_context(listening_socket(options.port, "aws"))
        control = held.enter_context(open_socket(0))
        helpers = Helpers(folder, options.root)
        held.callback(helpers.stop)
        fakes = (FAKES, str(control.getsockname()[1]))
        layout = start_helpers(options, helpers, held, watch.step, fakes)
        layout = replace(layout, routes_table=f"{layout.routes_table}-{STAGE}")
        prepare(options, layout, helpers, watch.step)
        watch.step("settings and secrets")
        seed_account(layout, manifest, watch.say)
        held.callback(folder.state_file.unlink, missing_ok=True)
        uvloop.run(
            serve_aws(
                layout, manifest, (listener, control), helpers, watch, own_userinfo=options.legacy_url is not None
            )
        )
