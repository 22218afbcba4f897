"""`tis`: one command for developers and operators. Each subcommand's module is imported when it is run, so that all start fast.

Data goes to stdout, the rest to stderr. Exit: 0 done, 1 failed, 2 usage, 3 differences found, 4 refused as unsafe.
"""

from importlib import import_module
from typing import NamedTuple

import click


class Place(NamedTuple):
    """Where a command is defined, and the line of help that the overview shows."""

    module: str
    attribute: str
    help: str


COMMANDS = {
    "aws": Place("infra.cli.aws", "aws", "Run an AWS on this machine, to deploy to."),
    "build": Place("infra.cli.build", "build", "Make the services' folders what Chalice deploys."),
    "check": Place("infra.cli.check", "check", "Hold templates, policies and parameters to the rules."),
    "cost": Place("infra.cli.cost", "cost", "Say what a month costs, before it comes."),
    "deploy": Place("infra.cli.deploy", "deploy", "Deploy services to a stage."),
    "diff": Place("infra.cli.deploy", "diff", "Say what a deploy would change."),
    "doctor": Place("infra.cli.doctor", "doctor", "Check what this machine and this folder need."),
    "migrate": Place("infra.cli.migrate", "migrate", "Bring a service's tables up to date."),
    "package": Place("infra.cli.package", "package", "Write the services' CloudFormation templates."),
    "restart": Place("infra.cli.deploy", "restart", "Have services read their settings and secrets anew."),
    "routes": Place("infra.cli.routes", "routes", "Show, find and move routes."),
    "run": Place("infra.cli.run", "run", "Run the whole system on this machine."),
    "seed": Place("infra.cli.seed", "seed", "Replace all rows of a service's tables."),
    "token": Place("infra.cli.token", "token", "Print bearer tokens that the local stack accepts."),
    "undeploy": Place("infra.cli.deploy", "undeploy", "Take services away from a stage."),
}


class Commands(click.Group):
    """A group whose commands are imported when they are asked for by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """A command by its name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(place.module), place.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The overview, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tis", prog_name="tis")
def main() -> None:
    """TIS on managed services, in the project of the current directory.

    TIS_PORT names the stack to talk to (default: 8080). Every command takes --json.
    """


if __name__ == "__main__":
    main()
