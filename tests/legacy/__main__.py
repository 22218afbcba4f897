"""Run a stand-in for the old servers: python -m tests.legacy --port N [--profile-database URL] [--host H] [--with-parent]."""

import argparse
import asyncio
import os
import signal
import sys

from infra.local.orphans import end_with_parent
from tests.legacy.server import serve
from tests.legacy.stand_in import StandIn


def parse() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m tests.legacy", description="A stand-in for the old servers.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--profile-database", metavar="URL", help="where users and their permissions are read")
    parser.add_argument("--with-parent", action="store_true", help="end when the parent process ends")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await serve(StandIn(options.profile_database).switched().handle, options.host, options.port, stop)


def main() -> None:
    """The command."""
    options = parse()
    if options.with_parent:
        end_with_parent(os.getppid())
    try:
        asyncio.run(run(options))
    except OSError as error:
        sys.exit(f"The stand-in cannot listen on {options.host}:{options.port}: {error.strerror}. Give another --port.")


if __name__ == "__main__":
    main()
