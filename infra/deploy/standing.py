"""What of a service stands in the account, whatever was written down about it: a killed deploy leaves no note.

Functions and roles have names that nobody else can have. Of an API the id counts that was noted; else it is ours where
it has our name, and our stage or our function: the facade's own calls other services' functions too.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.cloud import Cloud, DeployError

SCHEMA = {"schema_version": "2.0", "backend": "api"}  # of Chalice's own notes
HANDLER, API = "api_handler", "rest_api"


def found_resources(cloud: Cloud, app_name: str, service: str, noted: dict[str, Any] | None) -> dict[str, Any]:
    """The resources of a service on the cloud's stage, in the form in which Chalice notes them.

    What was noted of other kinds (event sources and the like) is taken as noted. Raises DeployError.
    """
    name = f"{app_name}-{cloud.stage}"
    before = {one["name"]: one for one in (noted or {}).get("resources", [])}
    found = [*found_role(cloud, name), *found_function(cloud, name)]
    found += found_api(cloud, service, name, before.get(API, {}).get("rest_api_id"))
    names = {HANDLER, f"{HANDLER}_role", API}
    return {"resources": [*found, *(one for key, one in before.items() if key not in names)], **SCHEMA}


def found_role(cloud: Cloud, name: str) -> Iterator[dict[str, str]]:
    """The function's role, where it is there."""
    try:
        role = cloud.client("iam").get_role(RoleName=f"{name}-{HANDLER}")["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return
    yield {
        "name": f"{HANDLER}_role",
        "resource_type": "iam_role",
        "role_name": role["RoleName"],
        "role_arn": role["Arn"],
    }


def found_function(cloud: Cloud, name: str) -> Iterator[dict[str, str]]:
    """The function, where it is there."""
    if facts := function_facts(cloud, name):
        yield {"name": HANDLER, "resource_type": "lambda_function", "lambda_arn": facts["FunctionArn"]}


def function_facts(cloud: Cloud, name: str) -> dict[str, Any]:
    """What Lambda tells of a function; nothing where it does not exist."""
    try:
        facts: dict[str, Any] = cloud.client("lambda").get_function_configuration(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return {}
        raise
    return facts


def found_api(cloud: Cloud, service: str, name: str, noted: str | None) -> Iterator[dict[str, str]]:
    """The service's API, where one is there. DeployError where several may be it: a person must choose."""
    gateway = cloud.client("apigateway")
    pages = gateway.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 500})
    apis = [api for page in pages for api in page["items"]]
    ours = [api["id"] for api in apis if api["id"] == noted]
    if not ours:
        named = [api["id"] for api in apis if api["name"] in {service, name.removesuffix(f"-{cloud.stage}")}]
        ours = [api for api in named if has_stage(gateway, api, cloud.stage)]
        ours = ours or [api for api in named if any(name_in(uri) == name for uri in integration_uris(gateway, api))]
    if len(ours) > 1:
        raise DeployError(
            f"{service} has several APIs on stage {cloud.stage}: {', '.join(ours)}. Delete those that callers do not"
            " know: `aws apigateway delete-rest-api --rest-api-id ID`."
        )
    for api in ours:
        url = f"https://{api}.execute-api.{cloud.region}.amazonaws.com/{cloud.stage}/"
        yield {"name": API, "resource_type": API, "rest_api_id": api, "rest_api_url": url}


def has_stage(gateway: Any, api: str, stage: str) -> bool:
    """Is an API deployed to a stage of that name?"""
    return any(one["stageName"] == stage for one in gateway.get_stages(restApiId=api)["item"])


def integration_uris(gateway: Any, api: str) -> Iterator[str]:
    """The addresses that an API's methods call."""
    for page in gateway.get_paginator("get_resources").paginate(
        restApiId=api, embed=["methods"], PaginationConfig={"PageSize": 500}
    ):
        for resource in page["items"]:
            for method in resource.get("resourceMethods", {}).values():
                yield (method or {}).get("methodIntegration", {}).get("uri") or ""


def name_in(uri: str) -> str:
    """The name of the function in an integration's address."""
    return uri.partition(":function:")[2].partition("/")[0].partition(":")[0]
