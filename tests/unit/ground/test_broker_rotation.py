"""The function in messaging.yaml that changes the broker's password, run as it stands there, on a broker of two calls."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from tests.unit.ground.places import TEMPLATES

CODE = TEMPLATES["messaging"]["Resources"]["Rotation"]["Properties"]["Code"]["ZipFile"]
INLINE_LIMIT = 4_096  # characters that CloudFormation takes as a function's code
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
OLD = {"username": "tis", "password": "old"}

Rotate = Callable[..., None]


class Broker:
    """What the management API knows: one user, and what was asked of it."""

    def __init__(self, password: str) -> None:
        self.password, self.asked, self.is_ill = password, list[tuple[str, str]](), False
        broker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_PUT(self) -> None:
                facts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.answer():
                    broker.password = facts["password"]
                    assert facts["tags"] == "administrator"

            def answer(self) -> bool:
                broker.asked.append((self.command, self.path))
                user, _, password = (
                    b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
                )
                is_let_in = (user, password) == ("tis", broker.password)
                self.send_response(503 if broker.is_ill else 204 if is_let_in else 401)
                self.end_headers()
                return is_let_in and not broker.is_ill

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker(OLD["password"])
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join(5)
    made.server.server_close()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, broker: Broker) -> Iterator[Any]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MANAGEMENT_URL", broker.url)
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="tis/prod/broker", SecretString=json.dumps(OLD))
        yield client


@pytest.fixture
def rotate(store: Any) -> Rotate:
    """Runs steps of one rotation, in the order given."""
    function: dict[str, Any] = {}
    exec(compile(CODE, "rotation", "exec"), function)  # noqa: S102 - it is our own code, as it is deployed
    token = str(uuid4())

    def run(*steps: str) -> None:
        secret = store.describe_secret(SecretId="tis/prod/broker")["ARN"]
        for step in steps:
            function["handle"]({"Step": step, "SecretId": secret, "ClientRequestToken": token}, SimpleNamespace())

    return run


def current(store: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(
        store.get_secret_value(SecretId="tis/prod/broker", VersionStage="AWSCURRENT")["SecretString"]
    )
    return found


def test_code_fits_into_a_template() -> None:
    assert len(CODE) <= INLINE_LIMIT


def test_rotation_changes_the_password_everywhere(rotate: Rotate, broker: Broker, store: Any) -> None:
    rotate(*STEPS)
    assert broker.password != OLD["password"]
    assert current(store) == {"username": "tis", "password": broker.password}


def test_steps_may_come_twice(rotate: Rotate, broker: Broker, store: Any) -> None:
    rotate(*(step for step in STEPS for _ in range(2)))
    assert current(store)["password"] == broker.password
    assert [method for method, _ in broker.asked].count("PUT") == 1


def test_until_the_end_everybody_reads_the_old_password(rotate: Rotate, store: Any) -> None:
    rotate(*STEPS[:3])
    assert current(store) == OLD


def test_a_password_that_the_broker_never_took_is_not_told(rotate: Rotate, broker: Broker, store: Any) -> None:
    rotate("createSecret")
    with pytest.raises(RuntimeError, match="does not take the new password"):
        rotate("testSecret")
    assert (current(store), broker.password) == (OLD, "old")


def test_a_broker_that_is_ill_is_not_taken_for_one_that_refuses(rotate: Rotate, broker: Broker) -> None:
    rotate("createSecret")
    broker.is_ill = True
    with pytest.raises(OSError, match="503"):
        rotate("setSecret")
    assert [method for method, _ in broker.asked] == ["GET"]
