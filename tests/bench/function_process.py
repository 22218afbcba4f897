"""A function in a process of its own, asked again and again: `python -m … SERVICE DATABASE_URL`.

It is asked what the recordings ask with GET, each time with a token that it has not seen, so that what it keeps of tokens
is full soon. Prints, as a JSON list, the process's resident megabytes after each thousand calls.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil

from shared.db import Database
from shared.http.service import Service
from tests.contract.exchanges import read_callers, read_exchanges
from tests.contract.player import TOKEN_HEADERS
from tests.events import event
from tests.identity import Issuer, Profile

CALLS, STEP = 10_000, 1_000
HOST = "tis.example"
MEGABYTE = 1_000_000

Events = Iterator[dict[str, Any]]


def service_on(name: str, url: str, issuer: Issuer) -> Service:
    """The function on a database that holds the recorded rows."""
    service: Service = import_module(f"services.{name}.app").app
    service.database, service.verifier = Database(url), issuer.verifier()
    service.principals = Profile(callers_of(name)).principals()
    return service


def callers_of(name: str) -> dict[str, dict[str, Any]]:
    """The callers of the recordings who bear a token."""
    return {caller: found for caller, found in read_callers(name).items() if found}


def events_of(name: str, issuer: Issuer) -> Events:
    """The recorded GETs in their order, over and over, each call with a token of its own."""
    asked = [one for one in read_exchanges(name) if one.method == "GET" and "{{" not in one.target]
    callers = callers_of(name)
    for number, exchange in enumerate(cycle(asked)):
        headers = {"Host": HOST, **exchange.headers}
        if exchange.caller in callers and not TOKEN_HEADERS & {header.lower() for header in headers}:
            headers["Authorization"] = f"Bearer {issuer.token(callers[exchange.caller]['user'], jti=str(number))}"
        yield event("GET", exchange.target, headers, exchange.body)


def resident_megabytes() -> float:
    """What the process holds in memory now."""
    return float(psutil.Process().memory_info().rss) / MEGABYTE


def ask(service: Service, events: Events, calls: int) -> None:
    """Ask a function so many times, as its log goes nowhere."""
    with Path(os.devnull).open("w", buffering=1) as nowhere, contextlib.redirect_stdout(nowhere):
        for asked in islice(events, calls):
            service(asked, None)


def main(name: str, url: str) -> None:
    """Ask the function, and tell how its memory grew."""
    issuer = Issuer()
    service, events = service_on(name, url, issuer), events_of(name, issuer)
    grown = []
    for _ in range(CALLS // STEP):
        ask(service, events, STEP)
        grown.append(resident_megabytes())
    sys.stdout.write(json.dumps(grown))


if __name__ == "__main__":
    main(*sys.argv[1:])
