"""`tis migrate`: brings the tables of a service's database up to date. Functions never do that themselves."""

import json
import os

import click
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from infra.data.schema import upgrade


@click.command()
@click.argument("service")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def migrate(service: str, as_json: bool) -> None:
    """Bring the database that TIS_DATABASE_URL names to the newest tables of SERVICE; doing it again changes nothing.

    The URL is read from the environment, for it may hold a password: mysql+pymysql://user:password@host/database.
    """
    url = os.environ.get("TIS_DATABASE_URL")
    if not url:
        raise click.UsageError("TIS_DATABASE_URL is not set: it names the database, as SQLAlchemy's URL.")
    try:
        upgrade(url, service)
    except ArgumentError as error:
        raise click.UsageError("TIS_DATABASE_URL is no URL of a database.") from error
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database refuses: {str(getattr(error, 'orig', error)).splitlines()[0]}"
        ) from error
    click.echo(
        json.dumps({"service": service, "migrated": True}) if as_json else f"{service}: its tables are up to date"
    )
