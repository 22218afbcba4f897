"""Credentials of a function that starts from a snapshot, which are asked for and kept until shortly before their end."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from shared.calling import credentials
from shared.calling.credentials import Credentials, CredentialsUnavailable, current_credentials


class Container(BaseHTTPRequestHandler):
    """What Lambda has in the container: one answer, for who brings the token."""

    asked = 0
    minutes = 60

    def do_GET(self) -> None:
        Container.asked += 1
        known = self.headers["Authorization"] == "let me"
        end = datetime.now(UTC) + timedelta(minutes=self.minutes)
        told = {"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T", "Expiration": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        body = json.dumps(told).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Container)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{server.server_port}/v1/credentials")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me")
    monkeypatch.setattr(credentials, "_kept", None)
    monkeypatch.setattr(Container, "asked", 0)
    monkeypatch.setattr(Container, "minutes", 60)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("container")
def test_they_are_asked_for_once() -> None:
    assert {current_credentials() for _ in range(3)} == {Credentials("A", "S", "T")}
    assert Container.asked == 1


@pytest.mark.usefixtures("container")
def test_they_are_asked_for_again_before_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Container, "minutes", 4)
    current_credentials()
    current_credentials()
    assert Container.asked == 2


@pytest.mark.usefixtures("container")
def test_those_of_the_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "E")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "F")
    assert current_credentials() == Credentials("E", "F", "")


@pytest.mark.usefixtures("container")
def test_what_is_refused_or_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "no")
    with pytest.raises(CredentialsUnavailable, match="refused: 403"):
        current_credentials()
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    with pytest.raises(CredentialsUnavailable, match="neither"):
        current_credentials()
