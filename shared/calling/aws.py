"""Services of AWS that speak JSON, by signed HTTP without boto3: its import costs more than a cold start may take."""

import json
import os
from collections.abc import Mapping
from typing import Any

from shared.calling.client import Failure, Upstream
from shared.calling.credentials import CredentialsUnavailable
from shared.calling.signing import Protocol, signed_headers

OK = 200


class StoreError(Exception):
    """The service did not answer in time, or not with what was asked; the message is for the log."""


class AwsService:
    """A service of AWS. Region, endpoint and credentials come from the environment, as for every AWS client."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol, self._region = protocol, os.environ["AWS_REGION"]
        self._upstream = Upstream(endpoint_of(protocol.service, self._region))

    def ask(self, operation: str, question: Mapping[str, Any], seconds: float) -> Any:
        """The answer to an operation that only reads, in the service's JSON. Raises StoreError after some seconds."""
        body = json.dumps(question).encode()
        try:
            headers = signed_headers(self._protocol, self._upstream.authority, self._region, operation, body)
            answer = self._upstream.send("POST", "/", headers, body, seconds, repeatable=True)
        except (Failure, CredentialsUnavailable) as failure:
            raise StoreError(str(failure)) from failure
        if answer.status != OK:
            raise StoreError(f"status {answer.status}: {fault_of(answer.body)}")
        return json.loads(answer.body)

    def close(self) -> None:
        """Close the connection."""
        self._upstream.close()


def fault_of(body: bytes) -> str:
    """What a service calls the fault: `ThrottlingException`, without its message, which may quote what was asked."""
    try:
        return str(json.loads(body)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def endpoint_of(service: str, region: str) -> str:
    """Where a service is: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, or AWS's own address."""
    named = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
    return named or f"https://{service}.{region}.amazonaws.com"
