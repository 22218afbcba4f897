"""Cognito for this machine: moto's, with one user pool whose key is the stack's own.

The pool holds who may write what, as a real one should; moto enforces none of it.

moto signs with a key that stands in its package, where everybody may read it. Ours is in the stack's folder, and its
public half where Cognito publishes it. A user's name may be empty, or hold blanks, which Cognito's own user names may
not: it stands in `preferred_username`, and the user name is made of it.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from moto.cognitoidp.exceptions import UsernameExistsException
from moto.cognitoidp.models import CognitoIdpUserPool
from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import create_backend_app

from infra.local.environments.context import REGION
from infra.local.identity.issuers import PoolIds
from infra.local.identity.keys import COGNITO, issuer_key, jwks_file
from infra.local.identity.sign_in import TOKENS_PATH
from infra.local.identity.tokens import LIFETIME, Signer

CLIENT: dict[str, Any] = {
    "ClientName": "tis",
    "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "IdTokenValidity": LIFETIME // 3600,
    "AccessTokenValidity": LIFETIME // 3600,
    "ReadAttributes": ["preferred_username"],
    "WriteAttributes": ["locale"],  # never preferred_username: who may write it is whom he likes. Unset, it means all
}
# Who signed up by himself would choose his own attributes.
POOL: dict[str, Any] = {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True}}

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class UserPool(CognitoIdpUserPool):
    """The fake's user pool, with a key of our own, and with ids that are made of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(DEFAULT_ACCOUNT_ID, REGION, "tis", POOL)
        self._signer = Signer(issuer_key(folder, COGNITO))
        self.ids = PoolIds.of(folder)
        self.arn = self.arn.replace(self.id, self.ids.pool)
        self.id = self.ids.pool
        self.backend.user_pools[self.id] = self
        client = self.backend.create_user_pool_client(self.id, False, CLIENT)
        self.clients.pop(client.id)
        client.id = self.ids.client
        self.clients[client.id] = client

    def create_jwt(
        self,
        client_id: str,
        username: str,
        token_use: str,
        expires_in: int = LIFETIME,
        extra_data: dict[str, Any] | None = None,
    ) -> tuple[str, int]:
        """The fake's own token, but signed with our key, and its seconds to live, as many as the client sets."""
        token, seconds = super().create_jwt(client_id, username, token_use, expires_in, extra_data)
        claims = token.split(".")[1]
        return self._signer.token(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))), seconds

    def sign_in(self, name: str) -> str:
        """The ID token of a user by name, who is made where the pool does not know him yet."""
        username = username_of(name)
        if username not in self.users:
            attributes = [{"Name": "preferred_username", "Value": name}]
            password = f"Aa1!{secrets.token_urlsafe()}"
            try:
                self.backend.admin_create_user(self.id, username, "SUPPRESS", password, attributes)
                self.backend.admin_set_user_password(self.id, username, password, permanent=True)
            except UsernameExistsException:
                pass  # another call has just made him
        token, _ = self.create_id_token(self.ids.client, username, secrets.token_hex())
        del self.id_tokens[token]  # which moto would keep for good, and reads nowhere
        return str(token)


def username_of(name: str) -> str:
    """The user name in the pool for a name of any length and any letters."""
    return hashlib.sha256(name.encode()).hexdigest()


def cognito_application(folder: Path) -> Application:
    """Cognito's API on the folder's pool; and, at TOKENS_PATH, ID tokens for a list of names at once, a line each.

    Signing in by the API takes three requests for each user; thousands of users would take a minute.
    """
    pool = UserPool(folder)
    application = create_backend_app("cognito-idp")
    CognitoIdpJsonWebKeyResponse.json_web_key = jwks_file(folder, COGNITO).read_bytes()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != TOKENS_PATH:
            return application(environ, start_response)
        names = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{token}\n".encode() for token in tokens_of(pool, names)]

    return answer


def tokens_of(pool: UserPool, names: Iterable[str]) -> Iterator[str]:
    """The ID token of each user, in order."""
    with ThreadPoolExecutor() as threads:
        yield from threads.map(pool.sign_in, names)
