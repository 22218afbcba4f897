"""Play the recorded exchanges of an old service against a running one, and report where its answers depart.

Load the service's dataset freshly first (tis seed --service NAME --dataset FILE). A miss is one line
`name | request | expected | got`; the last line is `contract: PASSED/TOTAL passed`.
Exit 0: all passed; 1: misses; 2: could not run.
"""

import argparse
import shlex
import subprocess
import sys
from contextlib import closing
from functools import cache
from typing import Final

from tests.contract.exchanges import RECORDED, read_exchanges
from tests.contract.player import TokenFor, play
from tests.contract.senders import HttpSender, NoAnswer
from tests.contract.tally import Tally, UnknownDefect, excused_defects

ANONYMOUS: Final = "anonymous"
TOKEN_TIMEOUT: Final = 60.0  # seconds


class NoToken(Exception):
    """The token command does not do its work; the message says how it fails."""


def tokens_of(command: str) -> TokenFor:
    """Tokens printed by a command that gets the caller's name as its last argument, asked once a caller."""

    @cache
    def token_for(caller: str) -> str | None:
        if caller == ANONYMOUS:
            return None
        try:
            done = subprocess.run(
                [*shlex.split(command), caller], capture_output=True, text=True, timeout=TOKEN_TIMEOUT, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NoToken(f"The token command fails for {caller!r}: {error}") from error
        words = done.stdout.split()
        if not words:
            raise NoToken(f"The token command prints nothing for {caller!r}.")
        return words[-1]

    return token_for


def parse() -> argparse.Namespace:
    """The command line's options."""
    services = sorted(folder.name for folder in RECORDED.iterdir() if folder.is_dir())
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--service", choices=services, default="reference", help="whose exchanges (reference)")
    parser.add_argument("--base", required=True, help="URL under which the service's context path stands")
    parser.add_argument(
        "--token-command", required=True, help="prints a token for the caller named by its last argument"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="judge only exchanges whose name holds this")
    parser.add_argument(
        "--excuse", action="append", default=[], metavar="DEFECT", help="leave a mended defect out (all)"
    )
    parser.add_argument("--strict", action="store_true", help="the layout of JSON counts too")
    return parser.parse_args()


def run(options: argparse.Namespace) -> int:
    """Play, print the misses and the count; the exit status."""
    exchanges, token_for = read_exchanges(options.service), tokens_of(options.token_command)
    tally = Tally(excused_defects(options.excuse, exchanges))
    with closing(HttpSender(options.base)) as sender:
        for verdict in play(exchanges, sender, token_for, host=sender.host, only=options.only, strict=options.strict):
            if tally.take(verdict):
                print(verdict, flush=True)  # noqa: T201 - the report
    print(*tally.lines(), sep="\n")  # noqa: T201 - the report
    return 0 if tally.is_clean else 1


def main() -> int:
    """The command."""
    try:
        return run(parse())
    except (NoAnswer, NoToken, UnknownDefect) as error:
        print(f"contract: {error}", file=sys.stderr)  # noqa: T201 - the report
        return 2


if __name__ == "__main__":
    sys.exit(main())
