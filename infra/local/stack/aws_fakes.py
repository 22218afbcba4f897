"""DynamoDB and Cognito for this machine: moto's, in a process of its own, as `python -m … SOCKET REGION FOLDER PARENT`.

Only these two are imported: all of moto's services would be a third of the stack's memory. Tables are kept in the folder
after every change and are there again at the next start, so what was moved on the route table stays moved.
"""

import base64
import json
import os
import socket
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client

from infra.local.identity.cognito import Application, cognito_application
from infra.local.identity.sign_in import TOKENS_PATH
from infra.local.orphans import end_with_parent

KEPT_FILE = "dynamodb.json"
COGNITO_TARGET, COGNITO_PATHS = "AWSCognitoIdentityProviderService.", ("/.well-known/", TOKENS_PATH)
PREFIX = "DynamoDB_20120810."
READS = {
    "GetItem",
    "BatchGetItem",
    "TransactGetItems",
    "Query",
    "Scan",
    "DescribeTable",
    "ListTables",
    "DescribeTimeToLive",
}
TABLE_KEYS = ("TableName", "KeySchema", "AttributeDefinitions")


def dump(tables: dict[str, Any]) -> str:
    """Tables and items as JSON, in the form in which DynamoDB's own requests carry them."""
    content = [
        {
            "table": {key: table.describe()["TableDescription"][key] for key in TABLE_KEYS},
            "items": [item.to_json()["Attributes"] for item in table.all_items()],
        }
        for table in tables.values()
    ]
    return json.dumps(content, default=lambda binary: base64.b64encode(binary).decode())


def restore(application: Application, region: str, text: str) -> None:
    """Make the dumped tables again, by requests."""
    client = Client(application)

    def ask(operation: str, **body: Any) -> None:
        headers = {
            "X-Amz-Target": PREFIX + operation,
            "Authorization": f"AWS4-HMAC-SHA256 Credential=local/20260101/{region}/dynamodb/aws4_request",
        }
        answer = client.post("/", data=json.dumps(body), headers=headers, content_type="application/x-amz-json-1.0")
        if answer.status_code != 200:  # noqa: PLR2004
            raise ValueError(answer.get_data(as_text=True))

    for kept in json.loads(text):
        ask("CreateTable", BillingMode="PAY_PER_REQUEST", **kept["table"])
        for item in kept["items"]:
            ask("PutItem", TableName=kept["table"]["TableName"], Item=item)


class Kept:
    """The application, which writes its tables to a file whenever a request may have changed them."""

    def __init__(self, application: Application, region: str, file: Path) -> None:
        self._application, self._file = application, file
        self._tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables
        self._changing = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(PREFIX) in READS:
            return self._application(environ, start_response)
        with self._changing:
            body = list(self._application(environ, start_response))
            fresh = self._file.with_suffix(".new")
            fresh.write_text(dump(self._tables))
            fresh.replace(self._file)
        return body


class Fakes:
    """Both services at one address, told apart by what a request asks for."""

    def __init__(self, dynamodb: Application, cognito: Application) -> None:
        self._dynamodb, self._cognito = dynamodb, cognito

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        target, path = environ.get("HTTP_X_AMZ_TARGET", ""), environ["PATH_INFO"]
        is_cognito = target.startswith(COGNITO_TARGET) or any(part in path for part in COGNITO_PATHS)
        return (self._cognito if is_cognito else self._dynamodb)(environ, start_response)


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    protocol_version = "HTTP/1.1"  # connections are kept, as DynamoDB keeps them

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def kept_dynamodb(region: str, file: Path) -> Application:
    """DynamoDB with the tables that the file holds; with none where it cannot be read."""
    application = create_backend_app("dynamodb")
    if file.exists():
        try:
            restore(application, region, file.read_text())
        except (ValueError, KeyError, TypeError) as error:
            print(f"{file.name} cannot be read, so the tables start empty: {error}", file=sys.stderr)
            dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables.clear()
    return Kept(application, region, file)


def main(listener: str, region: str, folder: str, parent: str) -> None:
    """Serve until the parent ends."""
    end_with_parent(int(parent))
    fakes = Fakes(kept_dynamodb(region, Path(folder) / KEPT_FILE), cognito_application(Path(folder)))
    descriptor = int(listener)
    host, port = socket.socket(fileno=os.dup(descriptor)).getsockname()
    make_server(host, port, fakes, threaded=True, request_handler=Quiet, fd=descriptor).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
