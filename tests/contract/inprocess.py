"""Play the recorded exchanges of a service against its code in this process, on SQLite: the quick way to see misses.

A miss is one line `name | request | expected | got`; the last line is `contract: PASSED/TOTAL passed`.
Exit 0: all passed; 1: misses; 2: could not run.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from tests.contract.exchanges import Exchange, read_exchanges
from tests.contract.opening import SERVICES, open_service, tokens_of
from tests.contract.player import Verdict, play
from tests.contract.senders import call_function
from tests.contract.tally import Tally, UnknownDefect, excused_defects
from tests.identity import Issuer

HOST: Final = "tis.example"


def parse() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract.inprocess",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("service", choices=SERVICES, help="whose exchanges, and whose code")
    parser.add_argument("--only", default="", metavar="TEXT", help="judge only exchanges whose name holds this")
    parser.add_argument(
        "--excuse", action="append", default=[], metavar="DEFECT", help="leave a mended defect out (all)"
    )
    parser.add_argument("--strict", action="store_true", help="the layout of JSON counts too")
    parser.add_argument("--log", action="store_true", help="the service's log lines on stderr, for the cause of a 500")
    return parser.parse_args()


def verdicts(options: argparse.Namespace, exchanges: Iterable[Exchange], folder: Path) -> Iterator[Verdict]:
    """The verdicts on the exchanges, played on a database in a folder."""
    issuer = Issuer()
    service = open_service(options.service, f"sqlite:///{folder / 'rows.db'}", issuer)
    send, token_for = call_function(service, HOST), tokens_of(options.service, issuer)
    yield from play(exchanges, send, token_for, host=HOST, only=options.only, strict=options.strict)
    service.database.drop()


def main() -> int:
    """The command."""
    options, report = parse(), sys.stdout
    exchanges = read_exchanges(options.service)
    try:
        tally = Tally(excused_defects(options.excuse, exchanges))
    except UnknownDefect as error:
        print(f"contract: {error}", file=sys.stderr)  # noqa: T201 - the report
        return 2
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr if options.log else io.StringIO()):
        for verdict in verdicts(options, exchanges, Path(folder)):
            if tally.take(verdict):
                print(verdict, file=report, flush=True)
    print(*tally.lines(), sep="\n")  # noqa: T201 - the report
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
