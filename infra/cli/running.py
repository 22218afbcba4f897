"""The route table that `tis routes` works on, and how its faults are told."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from infra.cli.port import named_port
from infra.local.stack.folder import StackError, StackFolder
from infra.routing import Ledger, RoutesError, State, UnsafeMove, read_files

REFUSED = 4
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # any will do for the local stack
FROM_FILES = {"source": "files"}  # beside what is not the running table's


@contextmanager
def told() -> Iterator[None]:
    """Faults become a sentence on stderr, and the exit code: 4 where a move is refused, else 1."""
    try:
        yield
    except UnsafeMove as error:
        click.echo(f"Refused. {error}", err=True)
        sys.exit(REFUSED)
    except RoutesError as error:
        raise click.ClickException(str(error)) from error


def running_ledger() -> Ledger:
    """The table of the stack of TIS_PORT, or, where none runs, that of TIS_ROUTES_TABLE. Raises RoutesError."""
    try:
        stack = StackFolder.of(named_port()).state()
    except StackError as error:
        if os.environ.get("TIS_ROUTES_TABLE"):
            return Ledger.from_environ()
        raise RoutesError(str(error)) from error
    for name, value in CREDENTIALS.items():
        os.environ.setdefault(name, value)
    return Ledger(stack["routes_table"], stack["region"], stack["dynamodb"])


def shown_state() -> tuple[State, dict[str, str]]:
    """The running table's state, or, where neither a stack runs nor anything names one, what the files say, with a fact that tells so.

    Raises RoutesError: a table that is named and cannot be read is not replaced by the files, whose stages may be others.
    """
    try:
        ledger = running_ledger()
    except RoutesError as error:
        if os.environ.get("TIS_PORT") or os.environ.get("TIS_ROUTES_TABLE"):
            raise
        click.echo(f"{error}\nShown is what infra/routes says.", err=True)
        return State(specs=read_files()), FROM_FILES
    return ledger.read(), {}
