"""Asking a stand-in over HTTP, with tokens that nobody signed: it decodes, and does not verify."""

import base64
import json
from contextlib import closing

from tests.contract.exchanges import Answer
from tests.contract.senders import HttpSender
from tests.legacy.running import Running


def token(user: str | None, signature: str = "x") -> str:
    claims = {} if user is None else {"preferred_username": user}
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), signature]
    )


def ask(legacy: Running, target: str, user: str | None = "jo", method: str = "GET", **headers: str) -> Answer:
    authorization = {"Authorization": f"Bearer {token(user)}"} if user else {}
    with closing(HttpSender(legacy.url)) as sender:
        return sender(method, target, {**authorization, **headers}, None)
