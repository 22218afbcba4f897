"""The template of a service: what Chalice packed, as plain CloudFormation, and all that it cannot say (docs/adr/0016)."""

from typing import Any

from infra.build.manifest import BuildError
from infra.ground.reading import Template
from infra.packaging.consumers import consumer_resources
from infra.packaging.events import event_resources
from infra.packaging.functions import (
    API_HANDLER,
    DEAD_LETTERS,
    alias_of,
    dead_letters,
    function_resources,
)
from infra.packaging.gateway import API, STAGE, gateway_resources
from infra.packaging.release import Release, Resource, Resources
from infra.packaging.roles import role_resource

FUNCTION = "AWS::Serverless::Function"
PARAMETERS = {
    "CodeBucket": {"Type": "String", "Description": "The bucket that the packages lie in."},
    "CodeKey": {"Type": "String", "Description": "The package's key there, by its hash."},
}


def merge_template(release: Release, packed: Template, routes: dict[str, Any] | None = None) -> Template:
    """A plain template; BuildError where Chalice packed something that is not known here.

    `routes` is a compiled route table, in place of the paths that the service itself publishes.
    """
    resources: Resources = {DEAD_LETTERS: dead_letters(release)}
    for name, resource in packed["Resources"].items():
        resources |= plain_resources(release, name, resource, routes)
    resources |= consumer_resources(release, resources)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The {release.service} service on the stage {release.stage}.",
        "Parameters": PARAMETERS,
        "Resources": resources,
        "Outputs": outputs(release, resources),
    }


def plain_resources(release: Release, name: str, packed: Resource, routes: dict[str, Any] | None) -> Resources:
    """What one resource of Chalice's template becomes."""
    kind, properties = packed["Type"], packed["Properties"]
    if kind == FUNCTION:
        events = event_resources(name, properties.get("Events", {}))
        return function_resources(release, name, properties) | events
    if kind == "AWS::Serverless::Api":
        return gateway_resources(release, properties, routes)
    if kind == "AWS::IAM::Role":
        return {name: role_resource(release, packed)}
    if kind == "AWS::Lambda::Permission":
        return {name: aliased_permission(packed)}
    raise BuildError(
        f"Chalice packed {name}, which is {kind}: the template way knows functions, APIs, their roles and permissions."
        f" Deploy {release.service} by `chalice deploy`, or add the kind to {__name__}."
    )


def aliased_permission(packed: Resource) -> Resource:
    """A permission to call a function, moved to its alias: Chalice names the function by Ref or by its ARN."""
    function = packed["Properties"]["FunctionName"]
    name = function["Ref"] if "Ref" in function else function["Fn::GetAtt"][0]
    return {**packed, "Properties": {**packed["Properties"], "FunctionName": {"Ref": alias_of(name)}}}


def outputs(release: Release, resources: Resources) -> dict[str, Any]:
    """The API's address and id where there is an API, and the alias of each function."""
    told: dict[str, Any] = {}
    if API in resources:
        url = f"https://${{{API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{STAGE}}}/"
        told = {"EndpointURL": {"Fn::Sub": url}, "RestAPIId": {"Ref": API}}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            told["FunctionAliasArn" if name == API_HANDLER else f"{name}AliasArn"] = {"Ref": alias_of(name)}
    return {name: {"Value": value, "Description": f"{name} of {release.name}."} for name, value in told.items()}
