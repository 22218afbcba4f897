"""The credentials that calls of AWS are signed with: from the environment, or, after a SnapStart, from where that points.

Of a function that starts from a snapshot Lambda tells no credentials by the environment, for they would be in the
snapshot (AWS: SnapStart, "container credentials"); botocore reads them in the same order.
"""

import json
import os
import time
from datetime import datetime
from typing import NamedTuple

from shared.calling.client import Failure
from shared.calling.getting import Getter

URL, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
ANSWER_SECONDS, OK = 2.0, 200
MARGIN_SECONDS = 300.0  # before their end new ones are asked for


class Credentials(NamedTuple):
    """A key, its secret, and the session's token, empty where there is none."""

    key: str
    secret: str
    session: str


class CredentialsUnavailable(Exception):
    """There are no credentials to be had; the message is for the log."""


_kept: tuple[Credentials, float] | None = None  # and until when, in seconds since 1970


def current_credentials() -> Credentials:
    """The credentials that hold now. Raises CredentialsUnavailable."""
    if key := os.environ.get("AWS_ACCESS_KEY_ID"):
        return Credentials(key, os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN", ""))
    global _kept  # noqa: PLW0603 - one process has one role
    if _kept is None or _kept[1] < time.time():
        _kept = fetched()
    return _kept[0]


def fetched() -> tuple[Credentials, float]:
    """New credentials, and until when they are to be used. Raises CredentialsUnavailable."""
    url = os.environ.get(URL)
    if not url:
        raise CredentialsUnavailable(f"neither AWS_ACCESS_KEY_ID nor {URL} is set")
    ask = Getter(ANSWER_SECONDS)
    try:
        status, body = ask(url, {"Authorization": os.environ.get(TOKEN, "")})
        if status != OK:
            raise CredentialsUnavailable(f"they are refused: {status}")
        told = json.loads(body)
        end = datetime.fromisoformat(told["Expiration"]).timestamp()
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"]), end - MARGIN_SECONDS
    except (Failure, ValueError, KeyError) as error:
        raise CredentialsUnavailable(f"they cannot be had: {error!r}") from error
    finally:
        ask.close()
