"""`tis token`: bearer tokens that the local stack accepts."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from infra.cli.port import named_port
from infra.local.identity.grants import Grants, faults_of
from infra.local.identity.keys import COGNITO, KEYCLOAK
from infra.local.stack.folder import StackError, StackFolder
from infra.local.stack.settings import services_of

MOST_TOKENS = 100_000
PROFILE = "profile"
REFUSED = 4


def checked_policies(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Policies, each a resource that ends in a colon and an action."""
    for value in values:
        resource, colon, action = value.rpartition(":")
        if not (resource and colon and action) or "," in action:
            raise click.BadParameter(f"{value!r} is not a resource and an action, as tis:references::reference:Create")
    return values


def checked_texts(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Names of something, none of which is empty."""
    if not all(value.strip() for value in values):
        raise click.BadParameter("it is empty")
    return values


def checked_name(_: click.Context, __: click.Parameter, value: str) -> str:
    """A name that can be written in UTF-8: bytes of a shell that are no text cannot."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise click.BadParameter("it is not a text in UTF-8") from error
    return value


def many(flag: str, name: str, metavar: str, text: str, **more: Any) -> Callable[[Any], Any]:
    """A flag that may be given several times."""
    return click.option(flag, name, multiple=True, metavar=metavar, help=text, **more)


@click.command()
@click.option(
    "--user", required=True, metavar="NAME", callback=checked_name,
    help="The user's name; with --count, what all names begin with.",
)  # fmt: skip
@many(
    "--authority", "authorities", "A", "A permission, as reference:add:modify:entities, without its policy.",
    callback=checked_texts,
)  # fmt: skip
@many(
    "--policy", "policies", "P", "A resource and an action, as tis:references::reference:Create.",
    callback=checked_policies,
)  # fmt: skip
@many("--designated-body", "bodies", "CODE", "A designated body, as 1-1RSSQ05.", callback=checked_texts)
@many(
    "--role", "roles", "NAME", "A role, as ReferenceAdmin, with all that it allows; made where there is none.",
    callback=checked_texts,
)  # fmt: skip
@many("--trust", "trusts", "ID", "A trust's number.", type=click.IntRange(0, 2**63 - 1))
@many("--programme", "programmes", "ID", "A programme's number.", type=click.IntRange(0, 2**63 - 1))
@click.option("--count", type=click.IntRange(1, MOST_TOKENS), help="Print N tokens, for the users NAME0 to NAME(N-1).")
@click.option(
    "--issuer", type=click.Choice((COGNITO, KEYCLOAK)), default=COGNITO, help="Who signs: Cognito, or the old issuer."
)
@click.option("--yes", is_flag=True, help="Also in place of a user who administrates others.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: user and token.")
def token(*, user: str, count: int | None, issuer: str, yes: bool, as_json: bool, **granted: tuple[Any, ...]) -> None:
    """Print a bearer token for a user of the local stack.

    With any of --authority, --policy, --designated-body, --role, --trust and --programme, the user may from now on do
    what is named here and nothing else: he is made in profile's database, in place of a user of that name. Without
    them, profile is left as it is, but for users that an earlier `tis token` has made: they lose what they had.
    (`tis seed --service profile` replaces all rows of profile, and so takes these users away.) In place of an
    administrator of the seed, such as tis.administrator, it makes nobody without --yes, and exits 4.

    A token is valid for eight hours on the stack of the port TIS_PORT (default: 8080), also after a restart.
    """
    users = [user] if count is None else [f"{user}{number}" for number in range(count)]
    grants = Grants(**granted)
    for fault in faults_of(users, grants):
        raise click.UsageError(fault)
    port = named_port()
    try:
        services_of(Path.cwd())  # elsewhere it would make a key that no stack knows
        folder = StackFolder.of(port)
        state = running_state(folder, grants)
        settle_users(state, users, grants, yes=yes)
        for name, text in zip(users, tokens_of(folder, port, state, issuer, users), strict=True):
            click.echo(json.dumps({"user": name, "token": text}) if as_json else text)
    except StackError as error:
        raise click.ClickException(str(error)) from error


def running_state(folder: StackFolder, grants: Grants) -> dict[str, Any]:
    """What the running stack tells. Where none runs, nothing, which suffices for a token without grants: with a hint."""
    try:
        return folder.state()
    except StackError as error:
        if grants:
            raise
        click.echo(f"{error}\nThe token counts once it runs.", err=True)
        return {}


def settle_users(state: dict[str, Any], users: Sequence[str], grants: Grants, *, yes: bool) -> None:
    """Have profile's database say of the users what is granted. Raises StackError."""
    url = state.get("databases", {}).get(PROFILE)
    if url is None:
        if grants:
            raise StackError("The stack has no profile service, which would hold what users may do.")
        return
    from infra.local.identity import accounts  # noqa: PLC0415 - half a second's import

    if grants:
        replace_users(url, users, grants, yes=yes)
    else:
        accounts.withdraw(url, users)


def replace_users(url: str, users: Sequence[str], grants: Grants, *, yes: bool) -> None:
    """Make the users, and tell whom and what else that changes; exits 4 where it would take an administrator away."""
    from infra.cli.standing import find_standing, named  # noqa: PLC0415 - as above
    from infra.local.identity import accounts  # noqa: PLC0415 - as above

    before = find_standing(url, users, grants)
    if before.administrators and not yes:
        click.echo(
            f"{named(before.administrators)} administrates users in profile, was not made by `tis token`, and would be"
            " replaced by one who may do only what is named here. If that is meant, add --yes.",
            err=True,
        )
        sys.exit(REFUSED)
    accounts.grant(url, users, grants)
    if before.users:
        click.echo(
            f"Replaced in profile, where `tis token` had not made them: {named(before.users)}."
            " `tis seed --service profile` brings the seeded users back.",
            err=True,
        )
    for name in before.missing_roles:
        click.echo(f"There was no role {name!r}: it is made, and allows nothing.", err=True)


def tokens_of(
    folder: StackFolder, port: int, state: dict[str, Any], issuer: str, users: Sequence[str]
) -> Iterator[str]:
    """A token for each user, in order. Raises StackError."""
    from infra.local.identity import sign_in, tokens  # noqa: PLC0415 - as above

    if issuer == KEYCLOAK:
        return tokens.keycloak_tokens(folder.path, port, users)
    if state:
        return sign_in.cognito_tokens(state["cognito"], users)
    return sign_in.tokens_without_stack(folder.path, users)
