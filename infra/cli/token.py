"""`tis token`: bearer tokens that the local stack accepts."""

import json
from pathlib import Path

import click

from infra.local.identity.tokens import issuer_of, sign_tokens
from infra.local.identity.users import append_users, record_of
from infra.local.stack.folder import StackError, StackFolder, port_of
from infra.local.stack.settings import services_of

MOST_TOKENS = 100_000


def checked_policies(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Policies, each a resource that ends in a colon and an action."""
    for value in values:
        resource, colon, action = value.rpartition(":")
        if not (resource and colon and action):
            raise click.BadParameter(f"{value!r} is not a resource and an action, as tis:references::reference:Create")
    return values


@click.command()
@click.option("--user", required=True, metavar="NAME", help="The user's name; with --count, what all names begin with.")
@click.option(
    "--authority", "authorities", multiple=True, metavar="A", help="A permission, as reference:add:modify:entities."
)
@click.option(
    "--policy", "policies", multiple=True, metavar="P", callback=checked_policies,
    help="A resource and an action, as tis:references::reference:Create.",
)  # fmt: skip
@click.option("--designated-body", "bodies", multiple=True, metavar="CODE", help="A designated body, as 1-1RSSQ05.")
@click.option("--count", type=click.IntRange(1, MOST_TOKENS), help="Print N tokens, for the users NAME0 to NAME(N-1).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: user and token.")
def token(  # noqa: PLR0917 - click passes by name
    user: str,
    authorities: tuple[str, ...],
    policies: tuple[str, ...],
    bodies: tuple[str, ...],
    count: int | None,
    as_json: bool,
) -> None:
    """Print a bearer token for a user of the local stack, who may from now on do what is named here and nothing else.

    It is valid for eight hours on the stack of the port TIS_PORT (default: 8080).
    """
    try:
        port = port_of()
        services_of(Path.cwd())  # elsewhere it would make a key that no stack knows
        folder = StackFolder.of(port)
    except StackError as error:
        raise click.ClickException(str(error)) from error
    users = [user] if count is None else [f"{user}{number}" for number in range(count)]
    append_users(folder.users, (record_of(name, authorities, policies, bodies) for name in users))
    tokens = sign_tokens(folder.path, issuer_of(port), users)
    lines = (
        json.dumps({"user": name, "token": text}) if as_json else text for name, text in zip(users, tokens, strict=True)
    )
    for line in lines:
        click.echo(line)
