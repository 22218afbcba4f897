"""`tis routes publish`: the running table as the routes of a stage's gateway; and who moves a route is told of it."""

import json
import sys
from dataclasses import asdict

import click

from infra.cli.deploy import json_option, opened, stage_option
from infra.cli.deploy import told as told_deploy
from infra.cli.running import REFUSED, told
from infra.routing import Ledger
from infra.routing.compiled.cells import STRANGLER
from infra.routing.published import Published, read_published


@click.command("publish")
@stage_option
@click.option("--yes", is_flag=True, help="Do it; without, nothing is changed.")
@json_option
def publish(name: str, yes: bool, as_json: bool) -> None:
    """Give a stage's gateway the routes of the table, so that what is decided passes no strangler.

    It is to be done again whenever a route has moved. `tis routes all-legacy --on` turns back from it at once.
    """
    from infra.deploy.cloud import told as told_aws  # noqa: PLC0415 - with boto3
    from infra.deploy.publishing import publish_routes  # noqa: PLC0415 - as above

    if not yes:
        click.echo(
            f"This gives the gateway of stage {name} the routes of the table. If that is meant, add --yes.", err=True
        )
        sys.exit(REFUSED)
    with told(), told_deploy(), opened(name) as stage, told_aws():
        published, compiled = publish_routes(stage.cloud, stage.manifest)
    undecided = [asdict(one) for one in compiled.answered if one.target == STRANGLER]
    facts = {**published._asdict(), "strangler_needed": compiled.strangler_needed, "undecided": undecided}
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(f"{name}: version {published.version} of the table is what the gateway {published.api} does by itself.")
    click.echo(
        f"{len(undecided)} of {len(compiled.answered)} routes pass the strangler."
        if compiled.strangler_needed
        else "No call passes the strangler: it can be removed, until a route is to move again."
    )


def tell_published(ledger: Ledger) -> None:
    """Say which gateways do not follow a move by themselves."""
    for one in read_published(ledger):
        click.echo(
            f"The gateway of stage {one.stage} has routes of its own, of version {one.version}: it follows where they"
            f" are published again, `tis routes publish --stage {one.stage} --yes`.",
            err=True,
        )


def turn_published(ledger: Ledger, *, to_legacy: bool) -> tuple[list[str], list[str]]:
    """Turn every gateway that has routes of its own to legacy, or publish the table to it anew.

    Gives the places that were turned, and a sentence for each that was not.
    """
    turned, faults = [], []
    for one in read_published(ledger):
        place = f"{one.stage}/{one.region}"
        try:
            turn_one(one, to_legacy=to_legacy)
        except click.ClickException as error:
            faults.append(f"The gateway of {place} was NOT turned: {error.message}")
        else:
            turned.append(place)
    return turned, faults


def turn_one(published: Published, *, to_legacy: bool) -> None:
    """Turn one gateway. ClickException where AWS refuses."""
    from infra.deploy.cloud import told as told_aws  # noqa: PLC0415 - with boto3, where there is something to turn
    from infra.deploy.publishing import publish_routes, turn_to_legacy  # noqa: PLC0415 - as above

    with told(), told_deploy(), opened(published.stage, published.region) as stage, told_aws():
        if to_legacy:
            turn_to_legacy(stage.cloud, published)
        else:
            publish_routes(stage.cloud, stage.manifest)
