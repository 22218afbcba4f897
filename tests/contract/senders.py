"""Two ways to ask a service: its function called in process, and HTTP."""

import base64
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from infra.local.gateway.request import Request, event_of
from tests.contract.exchanges import Answer

ANSWER_TIMEOUT: Final = 30.0  # seconds: a second more than the gateway's own deadline
GIVE_UP_AFTER: Final = 5  # answers that failed to come, one after the other
WITH_LENGTH: Final = ("POST", "PUT", "PATCH")  # methods that tell the length of their body, also when it has none


class NoAnswer(Exception):
    """The server does not answer at all; the message names it."""


def call_function(function: Callable[[dict[str, Any], Any], Mapping[str, Any]], host: str) -> Callable[..., Answer]:
    """A sender that calls a Lambda function with the events that API Gateway would make of the requests."""

    def send(method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        request = Request(method=method, target=target, headers=[("Host", host), *headers.items()], body=body or b"")
        result = function(event_of(request), None)
        pairs = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
        for name, values in (result.get("multiValueHeaders") or {}).items():
            pairs.extend((name, str(value)) for value in values)
        text = result.get("body") or ""
        content = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
        return Answer.of(result["statusCode"], pairs, content)

    return send


class HttpSender:
    """Asks a server over one connection, reopened when the server closes it."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise NoAnswer(f"{base} is no URL. Give one like http://127.0.0.1:8080.")
        self.host, self._prefix = parts.netloc, parts.path.rstrip("/")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.netloc, timeout=ANSWER_TIMEOUT)
        self._failures = 0

    def __call__(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The answer; one with the status 0 when none came, and NoAnswer after GIVE_UP_AFTER of these in a row."""
        attempts = 2 if self._connection.sock else 1  # a connection kept alive may have been closed meanwhile
        while True:
            attempts -= 1
            try:
                answer = self._ask(method, target, headers, body)
            except (HTTPException, OSError) as error:
                self.close()
                if not attempts:
                    return self._failed(error)
            else:
                self._failures = 0
                return answer

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _failed(self, error: Exception) -> Answer:
        self._failures += 1
        if self._failures >= GIVE_UP_AFTER:
            raise NoAnswer(f"{self.host} does not answer ({error}). Is it running?") from error
        return Answer(0, {}, f"no answer: {error!r}")

    def _ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self._connection.putrequest(method, self._prefix + target, skip_accept_encoding=True)
        for name, value in headers.items():
            self._connection.putheader(name, value.encode())
        if body is not None or method in WITH_LENGTH:
            self._connection.putheader("Content-Length", str(len(body or b"")))
        self._connection.endheaders(body)
        response = self._connection.getresponse()
        return Answer.of(response.status, response.getheaders(), response.read())
