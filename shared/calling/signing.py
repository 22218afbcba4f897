"""AWS Signature Version 4 for DynamoDB's JSON protocol, from the credentials in the environment.

Botocore's own costs 100 ms of every cold start, for these thirty lines; a test holds the two equal.
"""

import hmac
import os
import time
from hashlib import sha256

ALGORITHM, SERVICE = "AWS4-HMAC-SHA256", "dynamodb"
CONTENT_TYPE = "application/x-amz-json-1.0"


def signed_headers(
    host: str, region: str, operation: str, body: bytes, moment: float | None = None
) -> dict[str, list[str]]:
    """The headers of a POST to `/` that asks DynamoDB for an operation; `moment` is in seconds since 1970."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    headers = {
        "content-type": CONTENT_TYPE,
        "host": host,
        "x-amz-date": stamp,
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    request = f"POST\n/\n\n{lines}\n{';'.join(names)}\n{sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/{SERVICE}/aws4_request"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={';'.join(names)}, Signature={key.hex()}"
    )
    return {name: [value] for name, value in headers.items()}
