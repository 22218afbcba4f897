"""The local Cognito: tokens that verify by its published keys, by its own API too, and that outlive a restart."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import jwt
import pytest

from infra.local.environments.context import REGION
from infra.local.identity.issuers import PoolIds
from infra.local.identity.sign_in import cognito_tokens, tokens_without_stack
from infra.local.stack.folder import StackError
from tests.unit.local.fakes import running_fakes

NAMES = ["jo", "", "two words x", "jarek.lockhart7  ", "JO", "Zoë 李", "n" * 300]
PASSWORD = "Correct-horse-1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with running_fakes(folder) as started:
        yield started


@pytest.fixture
def api(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Cognito's API, found as a function finds it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", url)
    client = boto3.client("cognito-idp", region_name=REGION, aws_access_key_id="local", aws_secret_access_key="local")
    yield client
    client.close()


def published_keys(url: str, ids: PoolIds) -> list[dict[str, Any]]:
    """The keys that the pool publishes."""
    with urlopen(f"{url}/{ids.pool}/.well-known/jwks.json", timeout=5) as published:  # noqa: S310 - our own process
        keys: list[dict[str, Any]] = json.load(published)["keys"]
    return keys


def verified(token: str, url: str, ids: PoolIds) -> dict[str, Any]:
    """The claims of a token, verified by the keys that are published at a URL."""
    keys = {key["kid"]: jwt.PyJWK(key) for key in published_keys(url, ids)}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    has_audience = "aud" in jwt.decode(token, options={"verify_signature": False})
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        issuer=ids.issuer,
        audience=ids.client,
        options={"require": ["exp", "iss", "sub"], "verify_aud": has_audience},
    )
    return claims


def test_names_stand_in_the_claim_exactly(url: str, folder: Path) -> None:
    claims = [verified(token, url, PoolIds.of(folder)) for token in cognito_tokens(url, NAMES)]
    assert [one["preferred_username"] for one in claims] == NAMES
    assert len({one["sub"] for one in claims}) == len(NAMES)
    assert {one["token_use"] for one in claims} == {"id"}
    assert {one["exp"] - one["iat"] for one in claims} == {8 * 3600}


def test_a_user_keeps_his_subject_from_token_to_token(url: str, folder: Path) -> None:
    first, second = (
        verified(token, url, PoolIds.of(folder)) for _ in range(2) for token in cognito_tokens(url, ["same"])
    )
    assert first["sub"] == second["sub"]
    assert first["jti"] != second["jti"]


def test_thousands_come_in_order(url: str, folder: Path) -> None:
    tokens = list(cognito_tokens(url, [f"many{number}" for number in range(2_500)]))
    last = verified(tokens[-1], url, PoolIds.of(folder))
    assert (len(set(tokens)), last["preferred_username"]) == (2_500, "many2499")


def test_the_api_signs_in_with_the_same_key(api: Any, url: str, folder: Path) -> None:
    ids = PoolIds.of(folder)
    assert [pool["Id"] for pool in api.list_user_pools(MaxResults=10)["UserPools"]] == [ids.pool]
    attributes = [{"Name": "preferred_username", "Value": "Ada L"}]
    api.admin_create_user(UserPoolId=ids.pool, Username="ada", UserAttributes=attributes)
    api.admin_set_user_password(UserPoolId=ids.pool, Username="ada", Password=PASSWORD, Permanent=True)
    for sign_in, more in ((api.admin_initiate_auth, {"UserPoolId": ids.pool}), (api.initiate_auth, {})):
        flow = "ADMIN_USER_PASSWORD_AUTH" if more else "USER_PASSWORD_AUTH"
        given = {"USERNAME": "ada", "PASSWORD": PASSWORD}
        result = sign_in(AuthFlow=flow, AuthParameters=given, ClientId=ids.client, **more)["AuthenticationResult"]
        own = verified(result["IdToken"], url, ids)
        access = verified(result["AccessToken"], url, ids)
        assert (own["preferred_username"], own["cognito:username"]) == ("Ada L", "ada")
        assert (access["client_id"], access["username"], "aud" in access) == (ids.client, "ada", False)
    with pytest.raises(api.exceptions.NotAuthorizedException):
        api.admin_initiate_auth(
            UserPoolId=ids.pool,
            ClientId=ids.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": "wrong"},
        )


def test_a_user_can_neither_write_his_name_nor_make_himself(api: Any, url: str, folder: Path) -> None:
    """What the pool holds."""
    assert url
    ids = PoolIds.of(folder)
    client = api.describe_user_pool_client(UserPoolId=ids.pool, ClientId=ids.client)["UserPoolClient"]
    assert client["WriteAttributes"]  # without any, Cognito lets the user write all
    assert "preferred_username" not in client["WriteAttributes"]
    pool = api.describe_user_pool(UserPoolId=ids.pool)["UserPool"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_the_fake_holds_these_rights_and_enforces_none(api: Any, url: str, folder: Path) -> None:
    """Cognito would refuse both calls. When this fails, the fake has learnt it: turn it round."""
    ids = PoolIds.of(folder)
    api.sign_up(ClientId=ids.client, Username="eve", Password=PASSWORD)
    api.admin_confirm_sign_up(UserPoolId=ids.pool, Username="eve")
    given = {"USERNAME": "eve", "PASSWORD": PASSWORD}
    result = api.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given, ClientId=ids.client)
    attributes = [{"Name": "preferred_username", "Value": "admin"}]
    api.update_user_attributes(UserAttributes=attributes, AccessToken=result["AuthenticationResult"]["AccessToken"])
    result = api.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given, ClientId=ids.client)
    assert verified(result["AuthenticationResult"]["IdToken"], url, ids)["preferred_username"] == "admin"


def test_the_published_key_is_not_the_one_that_everybody_knows(url: str, folder: Path) -> None:
    from moto.utilities.utils import load_resource  # noqa: PLC0415 - moto imports slowly

    (ours,) = published_keys(url, PoolIds.of(folder))
    (theirs,) = load_resource("cognitoidp/resources/jwks-public.json")["keys"]
    assert ours["n"] != theirs["n"]


def test_tokens_outlive_a_restart(tmp_path: Path) -> None:
    (early,) = tokens_without_stack(tmp_path, ["before"])
    with running_fakes(tmp_path) as url:
        (token,) = cognito_tokens(url, ["jo"])
    with running_fakes(tmp_path) as url:
        ids = PoolIds.of(tmp_path)
        assert verified(token, url, ids)["preferred_username"] == "jo"
        assert verified(early, url, ids)["preferred_username"] == "before"


def test_tokens_of_another_folder_do_not_verify(url: str, folder: Path, tmp_path: Path) -> None:
    (token,) = tokens_without_stack(tmp_path, ["jo"])
    with pytest.raises(KeyError):
        verified(token, url, PoolIds.of(folder))


def test_a_cognito_that_has_gone_is_a_sentence() -> None:
    with pytest.raises(StackError, match="does not answer"):
        list(cognito_tokens("http://127.0.0.1:9", ["jo"]))
