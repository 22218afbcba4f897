"""The port of the stack that a command talks to."""

import click

from infra.local.stack.folder import StackError, port_of


def named_port() -> int:
    """The port that TIS_PORT names, 8080 where it is not set. One that is no port is wrong usage, exit 2."""
    try:
        return port_of()
    except StackError as error:
        raise click.UsageError(str(error)) from error
