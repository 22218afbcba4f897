"""What stands in moto's memory, read as facts: every function's versions and aliases, every API's stages, base paths."""

from collections.abc import Iterator
from typing import Any

from moto.apigateway.models import APIGatewayBackend, apigateway_backends
from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.aws.facts import ApiFacts, Deployed, FunctionFacts
from infra.local.aws.moto_gaps import documents
from infra.local.aws.unpacked import Unpacked

REGIONS = ("eu-west-2", "eu-west-1")
NO_BASE_PATH = "(none)"


def what_stands(unpacked: Unpacked) -> Deployed:
    """All that is deployed in our regions."""
    functions: list[FunctionFacts] = []
    aliases: dict[str, str] = {}
    apis: list[ApiFacts] = []
    base_paths: dict[str, tuple[str, str]] = {}
    for region in REGIONS:
        lambdas, gateway = lambda_backends[DEFAULT_ACCOUNT_ID][region], apigateway_backends[DEFAULT_ACCOUNT_ID][region]
        functions += [function_facts(one, lambdas, unpacked) for one in versions_of(lambdas)]
        aliases |= dict(aliases_of(lambdas))
        apis += stages_of(gateway, region)
        for mappings in gateway.base_path_mappings.values():
            for mapping in mappings.values():
                path = "" if mapping.base_path == NO_BASE_PATH else mapping.base_path
                base_paths[path] = (mapping.rest_api_id, mapping.stage or "")
    return Deployed(tuple(functions), aliases, tuple(apis), base_paths)


def versions_of(lambdas: LambdaBackend) -> Iterator[LambdaFunction]:
    """Every function as it is now, and as it was published."""
    for latest in lambdas.list_functions():
        yield latest
        yield from list(lambdas.list_versions_by_function(latest.function_name))[1:]


def aliases_of(lambdas: LambdaBackend) -> Iterator[tuple[str, str]]:
    """The aliases' ARNs with those of the versions that they mean."""
    for function in lambdas.list_functions():
        for alias in lambdas.list_aliases(function.function_name):
            yield alias.arn, f"{function.function_arn}:{alias.function_version}"


def function_facts(function: LambdaFunction, lambdas: LambdaBackend, unpacked: Unpacked) -> FunctionFacts:
    """A version of a function; its code and layers are unpacked."""
    layers = [lambdas.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    version = str(function.version)
    return FunctionFacts(
        arn=function.function_arn.removesuffix(f":{version}"),
        version=version,
        name=function.function_name,
        region=function.region,
        handler=str(function.handler),
        runtime=str(function.run_time),
        code=str(unpacked.folder_of(function.code_digest.removeprefix("sha256:"), function.code_bytes)),
        layers=tuple(
            str(unpacked.folder_of(layer.code_digest.removeprefix("sha256:"), layer.code_bytes))
            for layer in layers
            if layer
        ),
        environment={name: str(value) for name, value in function.environment_vars.items()},
        timeout=int(function.timeout),
        memory=int(function.memory_size),
        tmp=int(function.ephemeral_storage),
        concurrency=None if function.reserved_concurrency is None else int(function.reserved_concurrency),
        description=str(function.description or ""),
    )


def stages_of(gateway: APIGatewayBackend, region: str) -> Iterator[ApiFacts]:
    """Every stage of every API that was made from a document."""
    for api in gateway.apis.values():
        kept: dict[str, Any] = documents(api)
        for stage in api.stages.values():
            if stage.deployment_id in kept:
                variables = {name: str(value) for name, value in (stage.variables or {}).items()}
                document = kept[stage.deployment_id]
                yield ApiFacts(api.id, api.name, str(stage.name), region, DEFAULT_ACCOUNT_ID, document, variables)
