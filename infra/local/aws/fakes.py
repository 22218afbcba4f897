"""AWS for this machine: moto's services, `python -m … SOCKET REGION FOLDER CONTROL PARENT`, in a process of their own.

After each request that may have changed what is deployed the gateway is told, before the one who asked is answered: so
what a deploy has finished is what the next call meets. Nothing is kept when the process ends.
"""

import os
import socket
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from infra.local.aws.control import GatewayLink, GatewayLost
from infra.local.aws.moto_gaps import close_gaps
from infra.local.aws.sources.pulse import start_sources
from infra.local.aws.sources.retries import Retries
from infra.local.aws.standing import what_stands
from infra.local.aws.unpacked import Unpacked
from infra.local.identity.cognito import Application, cognito_application
from infra.local.orphans import end_with_parent
from infra.local.stack.aws_fakes import Fakes

TOLD = {"lambda", "apigateway", "cloudformation"}  # services whose requests may change what is deployed
REFUSALS = {404: "ResourceNotFoundException", 413: "RequestTooLargeException", 429: "TooManyRequestsException"}
UNCHANGING, INVOCATIONS = {"GET", "HEAD", "OPTIONS"}, "/invocations"


class Told:
    """The application, which tells the gateway of changes."""

    def __init__(self, application: Application, link: GatewayLink) -> None:
        self._application, self._link = application, link

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if not may_deploy(environ):
            return self._application(environ, start_response)
        body = list(self._application(environ, start_response))
        self._link.tell()
        return body


def may_deploy(environ: dict[str, Any]) -> bool:
    """May a request change what is deployed? The service stands in its signature."""
    if environ["REQUEST_METHOD"] in UNCHANGING or environ["PATH_INFO"].endswith(INVOCATIONS):
        return False
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0].split("/")
    return len(scope) > 3 and scope[3] in TOLD  # noqa: PLR2004 - key, day, region, service


class Quiet(MotoRequestHandler):
    """Writes no line for each request, and keeps connections."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def main(listener: str, region: str, folder: str, control: str, parent: str) -> None:
    """Serve until the parent ends."""
    end_with_parent(int(parent))
    os.environ["AWS_DEFAULT_REGION"] = region
    unpacked = Unpacked(Path(folder) / "code")
    link = GatewayLink(int(control), lambda: what_stands(unpacked))
    retries = Retries(link.invoke)
    close_gaps(partial(invoke, link, retries))
    start_sources(link.invoke, retries)
    services = DomainDispatcherApplication(create_backend_app)
    application = Told(Fakes(services, cognito_application(Path(folder))), link)
    descriptor = int(listener)
    host, port = socket.socket(fileno=os.dup(descriptor)).getsockname()
    make_server(host, port, application, threaded=True, request_handler=Quiet, fd=descriptor).serve_forever()


def invoke(link: GatewayLink, retries: Retries, arn: str, event: bytes, kind: str) -> tuple[bytes, str | None]:
    """Lambda's Invoke: the result and the kind of its error, or, where nobody is to wait for it, nothing."""
    if kind == "DryRun":
        return b"", None
    if kind == "Event":
        retries.take(arn, event)
        return b"", None
    try:
        result, failed = link.invoke(arn, event)
    except GatewayLost as error:
        raise LambdaClientError(REFUSALS.get(error.status, "ServiceException"), error.text) from error
    return result, "Unhandled" if failed else None


if __name__ == "__main__":
    main(*sys.argv[1:])
