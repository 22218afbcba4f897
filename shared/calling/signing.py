"""AWS Signature Version 4, of a call of a JSON protocol, and of a login at a database.

Botocore's own costs 100 ms of every cold start, for these sixty lines; tests hold the two equal.
"""

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from shared.calling.credentials import Credentials, current_credentials

ALGORITHM = "AWS4-HMAC-SHA256"
LOGIN_SECONDS = 900  # the longest that RDS takes; it counts for the moment of the login alone


class Protocol(NamedTuple):
    """How a service of AWS is asked: its name, what its operations' names begin with, and the version of the JSON."""

    service: str
    prefix: str
    version: str


class Unsigned(NamedTuple):
    """A request to `/` that is to be signed."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes


DYNAMODB = Protocol("dynamodb", "DynamoDB_20120810", "1.0")
PARAMETER_STORE = Protocol("ssm", "AmazonSSM", "1.1")


def signed_headers(
    protocol: Protocol, host: str, region: str, operation: str, body: bytes, *, moment: float | None = None
) -> dict[str, list[str]]:
    """The headers of a POST to `/` that asks a service for an operation; `moment` is in seconds since 1970."""
    stamp = stamp_of(moment)
    headers = {
        "content-type": f"application/x-amz-json-{protocol.version}",
        "host": host,
        "x-amz-date": stamp,
        "x-amz-target": f"{protocol.prefix}.{operation}",
    }
    credentials = current_credentials()
    if credentials.session:
        headers["x-amz-security-token"] = credentials.session
    names = ";".join(sorted(headers))
    scope = f"{stamp[:8]}/{region}/{protocol.service}/aws4_request"
    signature = signature_of(Unsigned("POST", "", headers, body), credentials, scope, stamp)
    credential = f"{credentials.key}/{scope}"
    headers["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return {name: [value] for name, value in headers.items()}


def login_token(host: str, port: int, user: str, region: str, *, moment: float | None = None) -> str:
    """The password of a database user who logs in by IAM: a signed address (RDS: IAM database authentication)."""
    stamp = stamp_of(moment)
    scope = f"{stamp[:8]}/{region}/rds-db/aws4_request"
    credentials = current_credentials()
    query = {
        "Action": "connect",
        "DBUser": user,
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(LOGIN_SECONDS),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.session:
        query["X-Amz-Security-Token"] = credentials.session
    text = "&".join(f"{name}={quote(query[name], safe='')}" for name in sorted(query))
    signature = signature_of(Unsigned("GET", text, {"host": f"{host}:{port}"}, b""), credentials, scope, stamp)
    return f"{host}:{port}/?{text}&X-Amz-Signature={signature}"


def stamp_of(moment: float | None) -> str:
    """A moment in seconds since 1970, now where it is None, as signatures tell it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))


def signature_of(unsigned: Unsigned, credentials: Credentials, scope: str, stamp: str) -> str:
    """The signature of a request, in hexadecimal digits."""
    names = sorted(unsigned.headers)
    lines = "".join(f"{name}:{unsigned.headers[name]}\n" for name in names)
    digest = sha256(unsigned.body).hexdigest()
    request = f"{unsigned.method}\n/\n{unsigned.query}\n{lines}\n{';'.join(names)}\n{digest}"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()
