"""Those whom a packaged function asks over HTTP, on one server: the issuer, profile and reference, as recorded."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract.exchanges import read_callers
from tests.contract.known_bodies import KnownBodies
from tests.identity import OLD, Issuer, Profile

KEYS, USERINFO, REFERENCE = "/jwks", "/profile/api/userinfo", "/reference"


class Neighbours:
    """What the neighbours of a service answer."""

    def __init__(self, service: str, issuer: Issuer) -> None:
        self._issuer = issuer
        self._profile = Profile({name: one for name, one in read_callers(service).items() if one})
        self._reference = KnownBodies()

    def answer(self, target: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer to a GET; the headers' names are in lower case."""
        if target == KEYS:
            return 200, json.dumps(self._issuer.jwks).encode()
        if target == USERINFO:
            return self._profile.fetch("http://profile.test/api/userinfo", {"Authorization": headers["authorization"]})
        if target.startswith(REFERENCE):
            sent = {name: [value] for name, value in headers.items()}
            found = self._reference.send("GET", target.removeprefix(REFERENCE), sent)
            return found.status, found.body
        return 404, b""


@contextmanager
def running(neighbours: Neighbours) -> Iterator[str]:
    """The base URL at which the neighbours answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, body = neighbours.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_of(base: str, database_url: str) -> dict[str, str]:
    """The environment of a function that has these neighbours."""
    return {
        "TIS_DATABASE_URL": database_url,
        "TIS_PROFILE_URL": f"{base}/profile",
        "TIS_REFERENCE_URL": f"{base}{REFERENCE}",
        "TIS_ISSUERS": json.dumps([{**OLD, "jwks_url": f"{base}{KEYS}"}]),
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }
