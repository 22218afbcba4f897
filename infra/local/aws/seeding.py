"""What stands in the account before anything is deployed: the functions' settings and secrets, and the deploys' bucket."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from infra.build.manifest import BuildError, Manifest, read_manifest
from infra.local.environments.context import REGION
from infra.local.stack.folder import StackError
from infra.local.stack.serve import Say
from infra.local.stack.settings import Layout, services_of

STAGE = "local"
ACCOUNT = "123456789012"  # moto's
OK, ANSWER_SECONDS = 200, 30.0
PLACE_OF_APIS = "EXECUTE_API"  # a deploy reads there how an API is reached; at AWS it knows
BUCKET = "tis-deploys-{stage}-{account}-{region}"
LOCATION = "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"


class Stored(NamedTuple):
    """A value, and where it is stored."""

    name: str
    value: str
    secret: bool


def deployable_manifest(root: Path) -> Manifest:
    """What is deployed. Raises StackError where chalice.json does not say so."""
    try:
        manifest = read_manifest(root)
        manifest.stage(STAGE)
    except BuildError as error:
        raise StackError(str(error)) from error
    return manifest


def seed_account(layout: Layout, manifest: Manifest, say: Say) -> None:
    """Store what the functions of all services are told, and make the bucket. Raises StackError."""
    with closing(HTTPConnection(urlsplit(layout.aws).netloc, timeout=ANSWER_SECONDS)) as connection:
        account = Account(connection)
        for stored in told_values(layout, manifest, say):
            account.store(stored)
        account.make_bucket(BUCKET.format(stage=STAGE, account=ACCOUNT, region=REGION))


def told_values(layout: Layout, manifest: Manifest, say: Say) -> Iterator[Stored]:
    """Where this stack's APIs are, and every setting and secret that chalice.json names, with this stack's value."""
    yield Stored(f"tis/{STAGE}/{PLACE_OF_APIS}", f"{layout.gateway}/_api", secret=False)
    for service in services_of(layout.root):
        values, entry = layout.settings(service), manifest.services.get(service)
        for name, secret in [] if entry is None else named(entry.settings, entry.secrets):
            if name in values:
                yield Stored(f"tis/{STAGE}/{service}/{name}", values[name], secret)
            else:
                say(f"chalice.json names {name} for {service}, which this stack has no value for: none is stored.")


def named(settings: tuple[str, ...], secrets: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Names, and whether each is a secret's."""
    yield from ((name, False) for name in settings)
    yield from ((name, True) for name in secrets)


class Account:
    """The few requests of AWS's that this takes, without boto3, whose import takes longer than all of them."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def store(self, stored: Stored) -> None:
        """Put a parameter, or make a secret."""
        if stored.secret:
            self._ask("secretsmanager", "CreateSecret", {"Name": stored.name, "SecretString": stored.value})
        else:
            told = {"Name": f"/{stored.name}", "Value": stored.value, "Type": "String", "Overwrite": True}
            self._ask("ssm", "PutParameter", {**told, "Tier": "Intelligent-Tiering"})

    def make_bucket(self, name: str) -> None:
        """Make a bucket of S3."""
        self._send("PUT", f"/{name}", LOCATION.format(region=REGION), {"Authorization": signature("s3")})

    def _ask(self, service: str, operation: str, question: Mapping[str, Any]) -> None:
        target = {"ssm": "AmazonSSM", "secretsmanager": "secretsmanager"}[service]
        headers = {
            "X-Amz-Target": f"{target}.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": signature(service),
        }
        self._send("POST", "/", json.dumps(question), headers)

    def _send(self, method: str, target: str, body: str, headers: Mapping[str, str]) -> None:
        try:
            self._connection.request(method, target, body, dict(headers))
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            raise StackError(f"The AWS fakes do not answer: {error}. Their log tells why.") from error
        if answer.status != OK:
            raise StackError(f"The AWS fakes answered {answer.status}: {content[:300].decode(errors='replace')}")


def signature(service: str) -> str:
    """What tells moto the service; it verifies nothing."""
    return f"AWS4-HMAC-SHA256 Credential=local/20260101/{REGION}/{service}/aws4_request"
