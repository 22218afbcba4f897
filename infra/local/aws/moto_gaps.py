"""What moto 5.2.5 lacks for deploying here, each gap with its reason. `close_gaps` fills them, in the fakes' process."""

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.apigateway.responses import APIGatewayResponse
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.sqs.models import sqs_backends

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}
STATUS_OF_INVOKE = {"Event": 202, "DryRun": 204}
MQ_BATCH = 100  # what Lambda takes where an Amazon MQ mapping says nothing

Invoke = Callable[[str, bytes, str], tuple[bytes, str | None]]  # ARN, event, invocation type; result, kind of error


class Gap(NamedTuple):
    """An attribute of moto's that is replaced."""

    owner: type
    name: str
    filling: Any


def close_gaps(invoke: Invoke) -> None:
    """Put all fillings in; `invoke` runs a function."""
    for gap in (*GAPS, Gap(LambdaFunction, "invoke", invoking(invoke))):
        setattr(gap.owner, gap.name, gap.filling)


def documents(api: RestAPI) -> dict[str, Any]:
    """The document of an API by the id of the deployment that froze it; the one not yet deployed stands under ''."""
    found: dict[str, Any] = api.__dict__.setdefault("tis_documents", {})
    return found


def understood(document: dict[str, Any]) -> dict[str, Any]:
    """A document as moto can read it.

    It knows OpenAPI 3 alone, takes all keys of a path for methods, and asks for a description, and of every integration
    for a URI and a method, which those of kind mock have not.
    """
    paths = {
        path: {method: lifted(operation) for method, operation in item.items() if method in METHODS}
        for path, item in document.get("paths", {}).items()
    }
    info = {"title": "", "description": "", **document.get("info", {})}
    return {"openapi": "3.0.1", "info": info, "paths": paths}


def lifted(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with an integration that moto takes; the one that counts is in the document."""
    told = operation.get("x-amazon-apigateway-integration", {})
    return {"x-amazon-apigateway-integration": {"type": "MOCK", "uri": told.get("uri", ""), "httpMethod": "POST"}}


_import, _put, _deploy = (
    APIGatewayBackend.import_rest_api,
    APIGatewayBackend.put_rest_api,
    APIGatewayBackend.create_deployment,
)
_map = LambdaBackend.create_event_source_mapping
_configure = LambdaFunction.update_configuration
_source = EventSourceMapping._get_service_source_from_arn  # noqa: SLF001 - there is no other way in


def import_rest_api(self: APIGatewayBackend, api_doc: dict[str, Any], fail_on_warnings: bool) -> RestAPI:  # noqa: ARG001
    """Chalice imports Swagger 2.0, which moto refuses; and moto forgets the document, by which the gateway routes."""
    api = _import(self, understood(api_doc), fail_on_warnings=False)
    documents(api)[""] = api_doc
    return api


def put_rest_api(
    self: APIGatewayBackend,
    function_id: str,
    api_doc: dict[str, Any],
    fail_on_warnings: bool,  # noqa: ARG001 - moto would validate what it does not know
    mode: str = "merge",
) -> RestAPI:
    """As import_rest_api. A merge keeps the paths that the new document does not name."""
    api = _put(self, function_id, understood(api_doc), fail_on_warnings=False, mode=mode)
    before = documents(api).get("") if mode == "merge" else None
    merged = {**(before or {}), **api_doc}
    merged["paths"] = {**(before or {}).get("paths", {}), **api_doc.get("paths", {})}
    documents(api)[""] = merged
    return api


def create_deployment(self: APIGatewayBackend, function_id: str, name: str, *arguments: Any, **named: Any) -> Any:
    """Moto's deployments hold nothing: a change of the API would be live before it is deployed."""
    deployment = _deploy(self, function_id, name, *arguments, **named)
    kept = documents(self.get_rest_api(function_id))
    kept[deployment.id] = copy.deepcopy(kept.get("", {"paths": {}}))
    return deployment


def update_domain_name(self: APIGatewayResponse) -> Any:
    """Moto has no such operation, and Chalice calls it at a second deploy."""
    return self.get_domain_name()


def get_layer_version_by_arn(self: LambdaResponse) -> str:
    """Moto has no such operation, and Chalice calls it at a second deploy of an app with a layer."""
    name, version = self._get_param("Arn").split(":")[-2:]
    return json.dumps(self.backend.get_layer_version(name, version).get_layer_version())


def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    """Moto forgets the size of /tmp in an update; only a function that is made gets it."""
    if "EphemeralStorage" in config_updates:
        self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
    return _configure(self, config_updates)


def invoking(invoke: Invoke) -> Any:
    """Moto runs functions in Docker, at once and whatever the invocation type is; ours run in the stack's environments."""

    def invoke_function(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes:
        event = body.encode() if isinstance(body, str) else body
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        result, error = invoke(self.function_arn, event or b"{}", kind)
        response_headers["X-Amz-Executed-Version"] = str(self.version)
        if error is not None:
            response_headers["X-Amz-Function-Error"] = error
        return result

    return invoke_function


def answer_invoke(self: LambdaResponse) -> tuple[int, dict[str, str], str | bytes]:
    """Moto overlooks the qualifier, takes one from the event where that has such a field, and answers late."""
    headers: dict[str, str] = {"content-type": "application/json"}
    name = unquote(self.path.rsplit("/", 2)[-2])
    qualifier = self.querystring.get("Qualifier", [None])[0]
    result = self.backend.invoke(name, qualifier, self.body, self.headers, headers)
    kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    return STATUS_OF_INVOKE.get(kind, 200), headers, result or b""


def service_of_source(self: EventSourceMapping, event_source_arn: str | None = None) -> str:
    """Moto knows no mappings of Amazon MQ; in all that it checks they are like those of SQS."""
    service: str = _source(self, event_source_arn)
    return "sqs" if service == "mq" else service


def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
    """Moto would invoke the function of an SQS queue inside SendMessage, each message once and alone: ours are polled.

    It looks for a broker among its queues and tables, and finds none.
    """
    if ":mq:" in spec.get("EventSourceArn", ""):
        function = self.get_function(spec["FunctionName"])
        facts = {"RegionName": self.region_name, "AccountId": self.account_id, "FunctionArn": function.function_arn}
        mapping = EventSourceMapping({"BatchSize": MQ_BATCH, **spec, **facts})  # type: ignore[abstract]
        self._event_source_mappings[mapping.uuid] = mapping
    else:
        mapping = _map(self, spec)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            queue.lambda_event_source_mappings.clear()
    return mapping


GAPS = (
    Gap(APIGatewayBackend, "import_rest_api", import_rest_api),
    Gap(APIGatewayBackend, "put_rest_api", put_rest_api),
    Gap(APIGatewayBackend, "create_deployment", create_deployment),
    Gap(APIGatewayResponse, "update_domain_name", update_domain_name),
    Gap(LambdaResponse, "get_layer_version_by_arn", get_layer_version_by_arn),
    Gap(LambdaResponse, "invoke", answer_invoke),
    Gap(LambdaFunction, "update_configuration", update_configuration),
    Gap(EventSourceMapping, "_get_service_source_from_arn", service_of_source),
    Gap(LambdaBackend, "create_event_source_mapping", create_event_source_mapping),
)
