"""Logging in at RDS Proxy without a password: each new connection brings a signature of the function's role."""

import os
import ssl
from typing import Any

from sqlalchemy import Engine, event

from shared.calling.signing import login_token

MYSQL_PORT = 3306


def log_in_by_iam(engine: Engine) -> None:
    """Have the engine sign each login, over TLS with the server's name verified: the signature goes in clear text."""

    @event.listens_for(engine, "do_connect")
    def sign(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        host, port = parameters["host"], parameters.get("port", MYSQL_PORT)
        parameters["password"] = login_token(host, port, parameters["user"], os.environ["AWS_REGION"])
        parameters["ssl"] = ssl.create_default_context()
