"""The keys of the local issuers, the old issuer's tokens, and what functions are told of both."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.identity.issuers import PoolIds, issuers_of
from infra.local.identity.keys import COGNITO, KEYCLOAK, issuer_key, jwks_file
from infra.local.identity.tokens import keycloak_tokens

COGNITO_URL = "http://127.0.0.1:9"


def told(folder: Path, port: int = 8080) -> list[dict[str, Any]]:
    """What functions are told of the issuers of a folder."""
    for name in (KEYCLOAK, COGNITO):
        issuer_key(folder, name)
    return issuers_of(folder, port, COGNITO_URL)


def claims_of(token: str, folder: Path, port: int = 8080) -> dict[str, Any]:
    """The claims of a token of the old issuer, verified by its published key."""
    old, _ = told(folder, port)
    (key,) = json.loads(jwks_file(folder, KEYCLOAK).read_text())["keys"]
    claims: dict[str, Any] = jwt.decode(
        token, jwt.PyJWK(key), algorithms=["RS256"], issuer=old["iss"], audience=old["audiences"]
    )
    return claims


@pytest.mark.parametrize("name", ["jo", "", "two words x", "jarek.lockhart7  ", "Zoë 李"])
def test_token_of_the_old_issuer_names_the_user_exactly(tmp_path: Path, name: str) -> None:
    (token,) = keycloak_tokens(tmp_path, 8080, [name])
    claims = claims_of(token, tmp_path)
    assert claims["preferred_username"] == claims["sub"] == name
    assert claims["exp"] - claims["iat"] == 8 * 3600


def test_token_of_another_stack_does_not_verify(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (token,) = keycloak_tokens(tmp_path / "other", 8080, ["jo"])
    with pytest.raises(jwt.InvalidSignatureError):
        claims_of(token, tmp_path)
    (token,) = keycloak_tokens(tmp_path, 8081, ["jo"])
    with pytest.raises(jwt.InvalidIssuerError):
        claims_of(token, tmp_path)


def test_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(issuer_key(tmp_path, COGNITO).private_numbers().d))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert stat.S_IMODE((tmp_path / "cognito.pem").stat().st_mode) == 0o600


def test_functions_are_told_of_the_old_issuer_first(tmp_path: Path) -> None:
    old, new = told(tmp_path)
    assert (old["name"], new["name"]) == (KEYCLOAK, COGNITO)
    assert old["jwks_url"] == "http://127.0.0.1:8080/_tis/jwks.json"
    ids = PoolIds.of(tmp_path)
    assert new["iss"].endswith(f"/{ids.pool}")
    assert new["jwks_url"] == f"{COGNITO_URL}/{ids.pool}/.well-known/jwks.json"
    assert new["audiences"] == [ids.client]
    assert new["user_claims"][0] == old["user_claims"][0] == "preferred_username"


def test_ids_of_the_pool_are_those_of_its_key(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        issuer_key(folder, COGNITO)
    one, two = map(PoolIds.of, folders)
    assert one == PoolIds.of(folders[0])
    assert (one.pool, one.client) != (two.pool, two.client)
    assert one.pool.startswith("eu-west-2_")
