"""What of a service stands in the account, whatever was written down about it: a killed deploy leaves no note.

Functions and roles have names that nobody else can have. An API has not: it is ours where it calls our function.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.cloud import Cloud

SCHEMA = {"schema_version": "2.0", "backend": "api"}  # of Chalice's own notes
HANDLER, API = "api_handler", "rest_api"


def found_resources(cloud: Cloud, app_name: str) -> dict[str, Any]:
    """The resources of an app on the cloud's stage, in the form in which Chalice notes them."""
    name = f"{app_name}-{cloud.stage}"
    resources = [*found_role(cloud, name), *found_function(cloud, name)]
    if resources:
        resources += found_api(cloud, name)
    return {"resources": resources, **SCHEMA}


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


def found_api(cloud: Cloud, name: str) -> Iterator[dict[str, str]]:
    """The API that calls the function, where one is there: of several the oldest, which callers know."""
    gateway = cloud.client("apigateway")
    pages = gateway.get_paginator("get_rest_apis").paginate()
    apis = [api for page in pages for api in page["items"]]
    for api in sorted(apis, key=lambda api: str(api["createdDate"])):
        if any(name_in(uri) == name for uri in integration_uris(gateway, api["id"])):
            url = f"https://{api['id']}.execute-api.{cloud.region}.amazonaws.com/{cloud.stage}/"
            yield {"name": API, "resource_type": API, "rest_api_id": api["id"], "rest_api_url": url}
            return


def integration_uris(gateway: Any, api: str) -> Iterator[str]:
    """The addresses that an API's methods call."""
    for page in gateway.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"]):
        for resource in page["items"]:
            for method in resource.get("resourceMethods", {}).values():
                yield (method or {}).get("methodIntegration", {}).get("uri") or ""


def name_in(uri: str) -> str:
    """The name of the function in an integration's address."""
    return uri.partition(":function:")[2].partition("/")[0].partition(":")[0]
