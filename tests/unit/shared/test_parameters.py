"""A function's settings from the Parameter Store, asked of moto's server."""

import threading
from collections.abc import Iterator

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from shared.config import load
from shared.http.service import ProfileSettings
from shared.parameters import SettingsUnavailable, fetch_settings

URL, KEY = "/tis/dev/strangler/TIS_LEGACY_URL", "/aws/reference/secretsmanager/tis/dev/strangler/TIS_COOKIE_KEY"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A Parameter Store that holds one setting, and one secret."""
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint = {"endpoint_url": f"http://127.0.0.1:{server.server_port}", "region_name": "eu-west-2"}
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    ssm, secrets = (boto3.client(name, **endpoint, **credentials) for name in ("ssm", "secretsmanager"))
    ssm.put_parameter(Name=URL, Value="https://old.example.org", Type="String")
    secrets.create_secret(Name="tis/dev/strangler/TIS_COOKIE_KEY", SecretString="k")
    yield endpoint["endpoint_url"]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a function that asks that store."""
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": "eu-west-2",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("store")
def test_settings_and_secrets_come_into_the_environment() -> None:
    environ = {"TIS_PARAMETERS": f"{URL},{KEY}"}
    fetch_settings(environ)
    assert environ.pop("TIS_PARAMETERS")
    assert environ == {"TIS_LEGACY_URL": "https://old.example.org", "TIS_COOKIE_KEY": "k"}


@pytest.mark.usefixtures("store")
def test_what_is_set_is_not_asked_for_again() -> None:
    environ = {"TIS_PARAMETERS": f"{URL},/tis/dev/x/TIS_NONE", "TIS_NONE": "here"}
    fetch_settings(environ)
    assert environ["TIS_NONE"] == "here"


@pytest.mark.usefixtures("store")
def test_what_is_not_there_is_named() -> None:
    with pytest.raises(SettingsUnavailable, match=r"holds no /tis/dev/strangler/TIS_PROFILE_URL$"):
        fetch_settings({"TIS_PARAMETERS": f"{URL},/tis/dev/strangler/TIS_PROFILE_URL"})


@pytest.mark.usefixtures("store")
def test_store_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1")
    with pytest.raises(SettingsUnavailable, match="cannot be asked"):
        fetch_settings({"TIS_PARAMETERS": URL})


@pytest.mark.usefixtures("store")
def test_settings_are_loaded_from_the_store() -> None:
    environ = {"TIS_PARAMETERS": "/tis/dev/strangler/TIS_LEGACY_URL", "TIS_PROFILE_URL": "https://p.example.org"}
    assert load(ProfileSettings, environ).profile_url == "https://p.example.org"
    assert environ["TIS_LEGACY_URL"] == "https://old.example.org"
