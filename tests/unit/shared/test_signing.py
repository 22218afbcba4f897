"""The signature, against botocore's own."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shared.calling.signing import DYNAMODB, PARAMETER_STORE, Protocol, login_token, signed_headers

MOMENT = 1_795_527_010.0
BODY = b'{"TableName":"tis-routes"}'
TOKENS = [None, "session/token=="]


@pytest.fixture(params=TOKENS)
def token(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """The credentials in the environment, with and without a session's token; and the moment of botocore's clock."""
    token: str | None = request.param
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    else:
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    when = datetime.fromtimestamp(MOMENT, UTC)
    monkeypatch.setattr(auth, "get_current_datetime", lambda **_: when)
    return token


def credentials(token: str | None) -> Credentials:
    return Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)


@pytest.mark.parametrize("protocol", [DYNAMODB, PARAMETER_STORE])
def test_signature_is_botocores(token: str | None, protocol: Protocol) -> None:
    host = f"{protocol.service}.eu-west-2.amazonaws.com"
    ours = signed_headers(protocol, host, "eu-west-2", "GetItem", BODY, moment=MOMENT)
    headers = {"content-type": ours["content-type"][0], "x-amz-target": ours["x-amz-target"][0]}
    request = AWSRequest("POST", f"https://{host}/", data=BODY, headers=headers)
    auth.SigV4Auth(credentials(token), protocol.service, "eu-west-2").add_auth(request)
    assert ours["authorization"] == [request.headers["Authorization"]]
    assert ours["x-amz-date"] == [request.headers["X-Amz-Date"]]


def test_login_token_is_botocores(token: str | None) -> None:
    ours = login_token("proxy.example.org", 3306, "reference", "eu-west-2", moment=MOMENT)
    request = AWSRequest("GET", "https://proxy.example.org:3306/", params={"Action": "connect", "DBUser": "reference"})
    auth.SigV4QueryAuth(credentials(token), "rds-db", "eu-west-2", expires=900).add_auth(request)
    theirs = urlsplit(request.prepare().url)
    assert ours.startswith("proxy.example.org:3306/?")
    assert dict(parse_qsl(ours.partition("?")[2])) == dict(parse_qsl(theirs.query))
