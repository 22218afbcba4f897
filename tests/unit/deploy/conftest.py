"""A small checkout with two services, and an AWS of its own that moto plays, to which they are deployed."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from infra.build.libraries import running_python
from infra.build.manifest import NAME, ROOT, read_manifest
from infra.deploy import deploying
from infra.deploy.cloud import open_cloud
from infra.deploy.deploying import Stage
from infra.local.aws.moto_gaps import GAPS

REGION = "eu-west-2"
APP = """
import shared
from chalice import Chalice
app = Chalice(app_name="tis-{name}")
@app.route("/{name}")
def view():
    return shared.WORD
"""


@dataclass
class FakeAws:
    """AWS as moto plays it. A request whose operation is `held_at` is done and then never answered; `held` says so."""

    address: str = ""
    held_at: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return boto3.client(
            service, endpoint_url=self.address, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
        )

    def apis(self) -> list[str]:
        return sorted(api["id"] for api in self.client("apigateway").get_rest_apis()["items"])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = list(self.application(environ, start_response))
        asked = operation_of(environ)
        self.asked.append(asked)
        if asked == self.held_at:
            self.held_at = ""
            self.held.set()
            threading.Event().wait(5)
        return body

    application: Any = None


def operation_of(environ: dict[str, Any]) -> str:
    """`PUT /2015-03-31/functions` and the like; `CreateRole` for what says its name; without ids."""
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    path = re.sub(r"(?<=/restapis/)\w+", "{id}", environ["PATH_INFO"])
    return target or f"{environ['REQUEST_METHOD']} {path}"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    for gap in GAPS:
        monkeypatch.setattr(gap.owner, gap.name, gap.filling, raising=False)
    fake = FakeAws(application=DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, fake, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": fake.address,
    }.items():
        monkeypatch.setenv(name, value)
    fake.client("ssm").put_parameter(Name="/tis/local/EXECUTE_API", Value="http://127.0.0.1:1", Type="String")
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()
    moto_api_backend.reset()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "one")


def make_checkout(root: Path) -> Path:
    """Two services that need no library, one of them the facade."""
    (root / "shared").mkdir(parents=True)
    hook = (ROOT / "shared" / "__init__.py").read_text(encoding="utf-8")
    (root / "shared" / "__init__.py").write_text(f"{hook}\nWORD = 'one'\n", encoding="utf-8")
    (root / "requirements.lock").write_text("", encoding="utf-8")
    (root / "services").mkdir()
    (root / "services" / "__init__.py").touch()
    for name in ("strangler", "upload"):
        folder = root / "services" / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "app.py").write_text(APP.format(name=name), encoding="utf-8")
    write_manifest(root)
    return root


def write_manifest(root: Path, **changes: Any) -> None:
    services = {"upload": {"libraries": []}, "strangler": {"libraries": [], "settings": ["TIS_UPLOAD_URL"]}}
    facts = {
        "app_prefix": "tis",
        "python": running_python(),
        "architecture": "x86_64",
        "memory": 128,
        "timeout": 10,
        "stages": {"local": {}, "dev": {}, "prod": {"way": "template"}},
        "left_out": ["services/*/.chalice/*", "services/*/vendor/*", "services/*/app.py", "*__pycache__/*"],
        "pruned": {},
        "services": services,
    }
    (root / NAME).write_text(json.dumps(facts | changes), encoding="utf-8")


Opened = Callable[..., Stage]


@pytest.fixture
def opened(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a checkout's stage local in that AWS; what answers is not of concern here."""
    monkeypatch.setattr(deploying, "await_answer", lambda _service, _url: 200)

    def open_stage(root: Path, said: list[str] | None = None) -> Stage:
        said = [] if said is None else said
        cloud = open_cloud("local", endpoint=aws.address)
        return Stage(root, read_manifest(root), cloud, lambda service, text: said.append(f"{service}: {text}"))

    return open_stage
