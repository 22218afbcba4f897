"""What passes between the fakes and the gateway, on a port of the gateway's own: what is deployed, and invocations."""

import http.client
import json
import threading
from collections.abc import Callable
from contextlib import closing
from urllib.parse import quote

from infra.local.aws.facts import Deployed
from infra.local.gateway.server import HOST

DEPLOYED, INVOKE = "/deployed", "/invoke/"
ERROR_HEADER = "x-tis-function-error"
TAKE_UP_SECONDS, INVOKE_SECONDS = 30.0, 930.0  # Lambda's longest timeout, and some


class GatewayLost(Exception):
    """The gateway did not do what it was asked, but answered `status`."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"the gateway answered {status}: {text}")
        self.status, self.text = status, text


class GatewayLink:
    """The fakes' end."""

    def __init__(self, port: int, standing: Callable[[], Deployed]) -> None:
        self._port, self._standing = port, standing
        self._told = b""
        self._telling = threading.Lock()

    def tell(self) -> None:
        """Tell what is deployed, where that has changed; comes back when the gateway has taken it up."""
        with self._telling:
            body = json.dumps(self._standing().as_json()).encode()
            if body != self._told:
                self._ask("PUT", DEPLOYED, body, TAKE_UP_SECONDS)
                self._told = body

    def invoke(self, arn: str, event: bytes) -> tuple[bytes, bool]:
        """Run a function: its result, or what Lambda says of its error, and whether it is that."""
        answer, body = self._ask("POST", INVOKE + quote(arn, safe=""), event, INVOKE_SECONDS)
        return body, answer.getheader(ERROR_HEADER) is not None

    def _ask(self, method: str, target: str, body: bytes, seconds: float) -> tuple[http.client.HTTPResponse, bytes]:
        with closing(http.client.HTTPConnection(HOST, self._port, timeout=seconds)) as connection:
            connection.request(method, target, body)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise GatewayLost(answer.status, content[:400].decode(errors="replace"))
            return answer, content
