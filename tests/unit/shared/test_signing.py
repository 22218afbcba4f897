"""The signature, against botocore's own."""

from datetime import UTC, datetime

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shared.calling.signing import signed_headers

MOMENT = 1_795_527_010.0
HOST, BODY = "dynamodb.eu-west-2.amazonaws.com", b'{"TableName":"tis-routes"}'


@pytest.mark.parametrize("token", [None, "session/token=="])
def test_signature_is_botocores(monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    else:
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    ours = signed_headers(HOST, "eu-west-2", "GetItem", BODY, MOMENT)
    request = AWSRequest(
        "POST",
        f"https://{HOST}/",
        data=BODY,
        headers={"content-type": ours["content-type"][0], "x-amz-target": ours["x-amz-target"][0]},
    )
    when = datetime.fromtimestamp(MOMENT, UTC)
    monkeypatch.setattr(auth, "get_current_datetime", lambda **_: when)
    auth.SigV4Auth(
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token), "dynamodb", "eu-west-2"
    ).add_auth(request)
    assert ours["authorization"] == [request.headers["Authorization"]]
    assert ours["x-amz-date"] == [request.headers["X-Amz-Date"]]
