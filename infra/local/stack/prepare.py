"""What must stand before the first call: the issuers' keys, the databases, the route table.

`python -m … FOLDER ROWS LIVE SERVICE=URL…`, a process of its own, since what it imports would stay in the gateway's
memory. LIVE is a list of the services that are to answer all their routes. Says what it does on stdout, a line each.
"""

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.local.identity.keys import COGNITO, KEYCLOAK, issuer_key

SHOW_SECONDS = 0.2

Show = Callable[[str], None]


def show(text: str) -> None:
    """A line for the one that started us."""
    print(text, flush=True)


def fill_database(service: str, url: str, rows: int) -> None:
    """Bring a service's database up to date, and seed it where it is empty."""
    from infra.data.seed import ensure  # noqa: PLC0415 - a second's import, which only services with tables need

    last = 0.0

    def progress(table: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > SHOW_SECONDS:
            last = time.monotonic()
            show(f"{service}'s data: {table} {done:,} of {total:,}")

    show(f"{service}'s data")
    ensure(url, service, rows, progress)


def publish_routes(live: Iterable[str]) -> None:
    """Bring the route table to what infra/routes says, and services to live; what else was moved by hand stays."""
    from infra.routing import Ledger, commit_moves, plan_stage, publish  # noqa: PLC0415 - as above

    show("route table")
    ledger = Ledger.from_environ()
    state = publish(ledger)
    for service in live:
        if moves := plan_stage(state, "live", None, service=service):
            state = commit_moves(ledger, state, moves, "tis run", f"--live {service}")


def main(folder: str, rows: str, live: str, *databases: str) -> int:
    """Prepare; 1 when that fails, the last line on stderr being the sentence that says why."""
    try:
        show("issuers' keys")
        for issuer in (KEYCLOAK, COGNITO):
            issuer_key(Path(folder), issuer)
        for database in databases:
            service, _, url = database.partition("=")
            fill_database(service, url, int(rows))
        publish_routes(live.split())
    except Exception as error:  # noqa: BLE001 - whatever it is, people get a sentence, and the log the rest
        traceback.print_exc()
        print(" ".join(str(error).split()) or type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
