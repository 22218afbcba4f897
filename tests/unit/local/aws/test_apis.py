"""Deployed APIs as API Gateway serves them: routes, events, integrations, authorizers, limits."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.local.environments.context import REGION
from tests.unit.local.aws.running import ACCOUNT, RunningAws, proxy, zipped

ECHO = """
    import json
    def handler(event, context):
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
"""
INTEGRATION = "x-amazon-apigateway-integration"


@pytest.fixture(scope="module")
def echo(aws: RunningAws) -> str:
    """A function that answers with its event."""
    return aws.deploy("echo", ECHO)


def seen(body: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return told


def test_event_is_that_of_api_gateway(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a/{id}/{rest+}": {"get": proxy(echo)}})
    event = seen(aws.ask(f"{base}/a/x%20y/b/c?q=1&q=2&p", headers={"X-One": "1"}).body)
    assert event["resource"] == "/a/{id}/{rest+}"
    assert event["path"] == "/a/x y/b/c"
    assert event["pathParameters"] == {"id": "x y", "rest": "b/c"}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"], "p": [""]}
    assert event["queryStringParameters"]["q"] == "2"
    assert event["headers"]["X-One"] == "1"
    context = event["requestContext"]
    assert (context["stage"], context["accountId"], context["httpMethod"]) == ("local", ACCOUNT, "GET")
    assert context["path"] == "/local/a/x y/b/c"
    assert base.split("/")[2] == context["apiId"]
    assert event["stageVariables"] is None


def test_literal_goes_before_parameter_and_that_before_greedy(aws: RunningAws, echo: str) -> None:
    base = aws.publish({path: {"get": proxy(echo)} for path in ("/a/b", "/a/{one}", "/{all+}")})
    for path, resource in (
        ("/a/b", "/a/b"),
        ("/a/c", "/a/{one}"),
        ("/a/b/c", "/{all+}"),
        ("/z", "/{all+}"),
        ("/a/b/", "/a/b"),
    ):
        assert seen(aws.ask(base + path).body)["resource"] == resource


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/none"), ("POST", "/a"), ("HEAD", "/a"), ("GET", "/"), ("BREW", "/a")]
)
def test_what_the_api_does_not_know_lacks_a_token(aws: RunningAws, echo: str, method: str, path: str) -> None:
    reply = aws.ask(aws.publish({"/a": {"get": proxy(echo)}}) + path, method)
    assert reply.status in {403, 400}  # the parser knows no BREW
    if reply.body:
        assert seen(reply.body)["message"] in {"Missing Authentication Token", "Bad Request"}


def test_any_method_takes_all(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a": {"x-amazon-apigateway-any-method": proxy(echo)}})
    assert {aws.ask(f"{base}/a", method).status for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS")} == {200}


def test_unknown_stage_and_unknown_api_are_forbidden(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a": {"get": proxy(echo)}})
    assert aws.ask(f"{base.replace('/local', '/other')}/a").status == 403
    assert aws.ask("/_api/none/local/a").status == 403


def test_change_of_an_api_waits_for_its_deployment(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a": {"get": proxy(echo)}})
    api, gateway = base.split("/")[2], aws.client("apigateway")
    told = {"swagger": "2.0", "info": {"title": "test"}, "paths": {"/b": {"get": proxy(echo)}}}
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(told))
    assert [aws.ask(base + path).status for path in ("/a", "/b")] == [200, 403]
    gateway.create_deployment(restApiId=api, stageName="local")
    assert [aws.ask(base + path).status for path in ("/a", "/b")] == [403, 200]


def test_deleted_api_is_gone(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a": {"get": proxy(echo)}})
    aws.client("apigateway").delete_rest_api(restApiId=base.split("/")[2])
    assert aws.ask(f"{base}/a").status == 403


def test_alias_in_an_integration_calls_its_version(aws: RunningAws) -> None:
    code = "def handler(event, context): return {{'statusCode': 200, 'body': '{}'}}"
    arn = aws.deploy("versions", code.format("old"))
    version = aws.client("lambda").publish_version(FunctionName="versions")["Version"]
    aws.client("lambda").create_alias(FunctionName="versions", Name="live", FunctionVersion=version)
    aws.deploy("versions", code.format("new"))
    base = aws.publish({"/a": {"get": proxy(f"{arn}:live")}, "/b": {"get": proxy(arn)}})
    assert [aws.ask(base + path).body for path in ("/a", "/b")] == [b"old", b"new"]


def test_stages_variables_stand_in_addresses_and_events(aws: RunningAws, echo: str) -> None:
    variable = echo.replace(":echo", ":${stageVariables.name}")
    api = aws.publish({"/a": {"get": proxy(variable)}}).split("/")[2]
    aws.client("apigateway").create_deployment(restApiId=api, stageName="two", variables={"name": "echo"})
    assert seen(aws.ask(f"/_api/{api}/two/a").body)["stageVariables"] == {"name": "echo"}


@pytest.mark.parametrize(
    "result",
    [
        "'text'",
        "None",
        "{'statusCode': 'many'}",
        "{'statusCode': 200, 'body': {}}",
        "[1]",
        "1 / 0",
        "{'statusCode': 200, 'headers': 3}",
    ],
)
def test_malformed_answer_is_a_bad_gateway(aws: RunningAws, result: str) -> None:
    arn = aws.deploy("malformed", f"def handler(event, context): return {result}")
    reply = aws.ask(aws.publish({"/a": {"get": proxy(arn)}}) + "/a")
    assert (reply.status, seen(reply.body)) == (502, {"message": "Internal server error"})


def test_gateway_waits_no_longer_than_it_says(aws: RunningAws) -> None:
    arn = aws.deploy("sleeps", "import time\ndef handler(event, context): time.sleep(20)", Timeout=25)
    operation = proxy(arn)
    operation[INTEGRATION]["timeoutInMillis"] = 500
    reply = aws.ask(aws.publish({"/a": {"get": operation}}) + "/a")
    assert (reply.status, seen(reply.body)) == (504, {"message": "Endpoint request timed out"})


def test_body_beyond_ten_megabytes_is_refused_and_beyond_six_too_much_for_a_function(
    aws: RunningAws, echo: str
) -> None:
    base = aws.publish({"/a": {"post": proxy(echo)}})
    assert aws.ask(f"{base}/a", "POST", b"x" * 11_000_000).status == 413
    assert aws.ask(f"{base}/a", "POST", b"x" * 7_000_000).status == 413


def test_bytes_are_kept_only_where_the_api_says_that_they_are_bytes(aws: RunningAws) -> None:
    code = """
        import base64
        def handler(event, context):
            body = event["body"] if event["isBase64Encoded"] else base64.b64encode(event["body"].encode()).decode()
            headers = {"Content-Type": "application/x", "X-Coded": str(event["isBase64Encoded"])}
            return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}
    """
    arn, sent = aws.deploy("bytes", code), b"\x00\xff\x80ok"
    headers = {"Content-Type": "image/png", "Accept": "image/png"}
    told = {"x-amazon-apigateway-binary-media-types": ["image/*"]}
    kept = aws.ask(aws.publish({"/a": {"post": proxy(arn)}}, **told) + "/a", "POST", sent, headers)
    assert (kept.body, kept.header("X-Coded")) == (sent, ["True"])
    spoilt = aws.ask(aws.publish({"/a": {"post": proxy(arn)}}) + "/a", "POST", sent, headers)
    assert base64.b64decode(spoilt.body) != sent
    assert spoilt.header("X-Coded") == ["False"]


def test_base_paths_of_a_domain_lead_from_the_root(aws: RunningAws, echo: str) -> None:
    base = aws.publish({"/a": {"get": proxy(echo)}})
    gateway, api = aws.client("apigateway"), base.split("/")[2]
    gateway.create_domain_name(domainName="example.org")
    gateway.create_base_path_mapping(domainName="example.org", basePath="base", restApiId=api, stage="local")
    event = seen(aws.ask("/base/a?x=1").body)
    assert (event["path"], event["resource"], event["queryStringParameters"]) == ("/base/a", "/a", {"x": "1"})
    assert aws.ask("/other/a").status == 403
    gateway.delete_base_path_mapping(domainName="example.org", basePath="base")
    assert aws.ask("/base/a").status == 403


def test_strangler_has_the_root_once_it_is_deployed_and_services_have_addresses_of_their_own(
    aws: RunningAws, echo: str
) -> None:
    assert aws.ask("/x/y").status == 403
    for name in ("strangler", "tis-reference"):
        told = {"openapi": "3.0.1", "info": {"title": name}, "paths": {"/{proxy+}": {"get": proxy(echo)}}}
        api = aws.client("apigateway").import_rest_api(body=json.dumps(told))["id"]
        aws.client("apigateway").create_deployment(restApiId=api, stageName="local")
        for target in ("/x/y", "/_inner/x/y") if name == "strangler" else ("/_fn/reference/x/y",):
            event = seen(aws.ask(target).body)
            assert (event["path"], event["requestContext"]["apiId"]) == ("/x/y", api)
        aws.client("apigateway").delete_rest_api(restApiId=api)
    assert aws.ask("/_fn/none/x").status == 403


AUTHORIZER = """
    calls = 0
    def handler(event, context):
        global calls
        calls += 1
        token = event["authorizationToken"]
        if token == "raise":
            raise Exception("Unauthorized")
        if token == "fault":
            return {"nothing": 1}
        base = event["methodArn"].rsplit("/", 2)[0]
        resource = base + "/GET/open" if token == "part" else base + "/*"
        statements = [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}]
        if token == "deny":
            statements.append({"Effect": "Deny", "Action": ["execute-api:*"], "Resource": [base + "/GET/clos?d"]})
        return {"principalId": token, "context": {"calls": calls, "is": True},
                "policyDocument": {"Version": "2012-10-17", "Statement": statements}}
"""


@pytest.fixture(scope="module")
def guarded(aws: RunningAws, echo: str) -> str:
    """An API with an authorizer, whose policies are kept."""
    uri = proxy(aws.deploy("authorizer", AUTHORIZER))[INTEGRATION]["uri"]
    told = {
        "type": "token",
        "authorizerUri": uri,
        "authorizerResultTtlInSeconds": 300,
        "identityValidationExpression": "[a-z]+",
    }
    scheme = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authorizer": told}
    operation = {**proxy(echo), "security": [{"who": []}]}
    paths = {"/open": {"get": operation}, "/closed": {"get": operation}, "/free": {"get": proxy(echo)}}
    return aws.publish(paths, components={"securitySchemes": {"who": scheme}})


@pytest.mark.parametrize(
    ("token", "open_status", "closed_status"),
    [
        (None, 401, 401),
        ("all", 200, 200),
        ("part", 200, 403),
        ("deny", 200, 403),
        ("raise", 401, 401),
        ("fault", 500, 500),
        ("1", 401, 401),
    ],
)
def test_authorizers_policy_is_weighed(
    aws: RunningAws, guarded: str, token: str | None, open_status: int, closed_status: int
) -> None:
    headers = {"Authorization": token} if token else {}
    assert aws.ask(f"{guarded}/open", headers=headers).status == open_status
    assert aws.ask(f"{guarded}/closed", headers=headers).status == closed_status
    assert aws.ask(f"{guarded}/free", headers=headers).status == 200


def test_authorizer_is_asked_once_a_token_and_its_words_reach_the_function(aws: RunningAws, guarded: str) -> None:
    told = [
        seen(aws.ask(f"{guarded}/{path}", headers={"Authorization": "once"}).body)["requestContext"]["authorizer"]
        for path in ("open", "closed", "open")
    ]
    assert len({one["calls"] for one in told}) == 1
    assert (told[0]["principalId"], told[0]["is"]) == ("once", "true")


def test_explicit_denial_says_so(aws: RunningAws, guarded: str) -> None:
    body = seen(aws.ask(f"{guarded}/closed", headers={"Authorization": "deny"}).body)
    assert body == {"Message": "User is not authorized to access this resource with an explicit deny"}


class Upstream(BaseHTTPRequestHandler):
    """Answers with what it was asked; `/large` with many chunks, `/broken` with fewer bytes than it says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/large":
            self.chunked()
        elif path == "/broken":
            self.head(200, {"Content-Length": "100"})
            self.wfile.write(b"less")
            self.close_connection = True
        else:
            length = int(self.headers.get("Content-Length") or 0)
            told = {
                "path": self.path,
                "method": self.command,
                "headers": dict(self.headers),
                "body": self.rfile.read(length).decode(),
            }
            body = json.dumps(told).encode()
            self.head(418, {"Content-Length": str(len(body)), "X-Upstream": "yes"})
            self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def chunked(self) -> None:
        self.head(200, {"Transfer-Encoding": "chunked"})
        for _ in range(180):
            self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def old() -> Iterator[str]:
    """An old server."""
    with served() as url:
        yield url


def forwarding(url: str, **more: Any) -> dict[str, Any]:
    """An operation that goes on to another server, with the resource's parameters in its path."""
    told: dict[str, Any] = {
        "type": "http_proxy",
        "httpMethod": "ANY",
        "uri": url,
        "connectionType": "VPC_LINK",
        "connectionId": "abc",
    }
    names = [part.partition("}")[0] for part in url.split("{")[1:]]
    told["requestParameters"] = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in names}
    return {"x-amazon-apigateway-any-method": {INTEGRATION: {**told, **more}}}


def test_request_goes_on_with_all_that_it_holds_and_no_function_run(aws: RunningAws, old: str) -> None:
    paths = {"/x/{proxy+}": forwarding(f"{old}/y/{{proxy}}"), "/one/{id}/end": forwarding(f"{old}/{{id}}")}
    base, pools = aws.publish(paths), set(aws.functions.pools)
    reply = aws.ask(f"{base}/x/a%2Fb/c?q=1&q=%20", "PUT", "body", {"X-One": "1", "Authorization": "Bearer t"})
    told = seen(reply.body)
    assert (reply.status, reply.header("X-Upstream")) == (418, ["yes"])
    assert (told["path"], told["method"], told["body"]) == ("/y/a%2Fb/c?q=1&q=%20", "PUT", "body")
    assert (told["headers"]["X-One"], told["headers"]["Authorization"]) == ("1", "Bearer t")
    assert told["headers"]["Host"] == old.removeprefix("http://")
    assert told["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert seen(aws.ask(f"{base}/one/7/end").body)["path"] == "/7"
    assert set(aws.functions.pools) == pools
    assert not any(pool.busy for pool in aws.functions.pools.values())


def test_headers_that_the_document_adds_are_sent(aws: RunningAws, old: str) -> None:
    added = {
        "integration.request.header.X-Tis-Route": "'legacy'",
        "integration.request.header.X-Copy": "method.request.header.X-One",
    }
    base = aws.publish({"/a": forwarding(f"{old}/a", requestParameters=added)})
    told = seen(aws.ask(f"{base}/a", headers={"X-One": "1"}).body)
    assert (told["headers"]["X-Tis-Route"], told["headers"]["X-Copy"]) == ("legacy", "1")


def test_large_answer_passes_only_where_it_is_streamed(aws: RunningAws, old: str) -> None:
    streamed = forwarding(f"{old}/large", responseTransferMode="STREAM")
    base = aws.publish({"/whole": forwarding(f"{old}/large"), "/stream": streamed})
    assert aws.ask(f"{base}/whole").status == 502
    reply = aws.ask(f"{base}/stream")
    assert (reply.status, len(reply.body)) == (200, 180 * 65536)
    assert reply.header("Transfer-Encoding") == ["chunked"]


def test_server_that_breaks_off_or_is_not_there_is_told(aws: RunningAws, old: str) -> None:
    with served() as url:
        pass  # nothing listens there any more
    base = aws.publish({"/broken": forwarding(f"{old}/broken"), "/gone": forwarding(f"{url}/x")})
    assert [aws.ask(f"{base}/{path}").status for path in ("broken", "gone")] == [504, 504]


def test_kept_connection_that_the_server_closed_costs_nothing(aws: RunningAws) -> None:
    with served() as url:
        base = aws.publish({"/a": forwarding(f"{url}/a")})
        assert {aws.ask(f"{base}/a").status for _ in range(3)} == {418}


def test_mock_answers_by_itself(aws: RunningAws) -> None:
    told = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {
            "default": {"statusCode": "200"},
            "204": {"statusCode": "204", "responseParameters": {"method.response.header.X-One": "'a, b'"}},
        },
    }
    reply = aws.ask(aws.publish({"/a": {"options": {INTEGRATION: told}}}) + "/a", "OPTIONS")
    assert (reply.status, reply.header("X-One")) == (204, ["a, b"])


def test_function_that_was_deleted_is_an_error_of_the_server(aws: RunningAws) -> None:
    arn = aws.deploy("gone", ECHO)
    base = aws.publish({"/a": {"get": proxy(arn)}})
    aws.client("lambda").delete_function(FunctionName="gone")
    assert aws.ask(f"{base}/a").status == 500


def test_region_and_packages_are_what_a_function_was_made_with(aws: RunningAws) -> None:
    found = aws.client("lambda").get_function_configuration(FunctionName="echo")
    assert f":{REGION}:" in found["FunctionArn"]
    assert found["CodeSize"] == len(zipped(ECHO))
