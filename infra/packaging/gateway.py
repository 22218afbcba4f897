"""An API as plain resources: its deployment and stage, how much it takes, its firewall, its place on the domain."""

import json
import re
from typing import Any

from infra.packaging import waivers
from infra.packaging.functions import log_group, through_aliases
from infra.packaging.release import ALIAS, Release, Resource, Resources, short_hash
from infra.packaging.waivers import waived

API = "RestAPI"  # as Chalice calls it
STAGE = "RestAPIStage"
ACCESS_LOG = "RestAPIAccessLog"
# The template of the path, not the path: no key of a person is logged here.
LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "caller": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "upstreamStatus": "$context.integration.status",
    "upstreamMilliseconds": "$context.integration.latency",
    "upstreamError": "$context.integration.error",
    "error": "$context.error.responseType",
    "firewall": "$context.wafResponseCode",
    "trace": "$context.xrayTraceId",
}


def gateway_resources(release: Release, packed: Resource, routes: dict[str, Any] | None) -> Resources:
    """The resources of the API that Chalice wrote; `routes`, a compiled route table, takes the place of its own paths."""
    body = through_aliases(routes or packed["DefinitionBody"])
    deployment = f"RestAPIDeployment{short_hash(body)}"
    resources = {
        API: rest_api(release, body),
        deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": API}}},
        ACCESS_LOG: log_group(release, f"/aws/apigateway/{release.name}"),
        STAGE: stage(release, deployment),
    }
    if release.stage_extras.firewall:
        resources["RestAPIFirewall"] = firewall(release)
    return resources | base_paths(release) | foreign_permissions(release, body)


def rest_api(release: Release, body: Any) -> Resource:
    """The API, in its region: the domain and the failover between regions are the ground's."""
    return {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {
            "Name": release.name,
            "Body": body,
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "Parameters": {"endpointConfigurationTypes": "REGIONAL"},
        },
    }


def stage(release: Release, deployment: str) -> Resource:
    """The stage, throttled, measured and logged; API Gateway's own log is off, as it has neither key nor retention."""
    extras = release.stage_extras
    method = {
        "ResourcePath": "/*",
        "HttpMethod": "*",
        "ThrottlingRateLimit": extras.rate,
        "ThrottlingBurstLimit": extras.burst,
        "MetricsEnabled": True,
        "DataTraceEnabled": False,
        "LoggingLevel": "OFF",
    }
    log = {"Fn::Sub": f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{ACCESS_LOG}}}"}
    stage = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": API},
            "DeploymentId": {"Ref": deployment},
            "StageName": release.stage,
            "TracingEnabled": extras.tracing,
            "MethodSettings": [method],
            "AccessLogSetting": {"DestinationArn": log, "Format": json.dumps(LOGGED)},
        },
    }
    return waived(stage, waivers.STAGE)


def firewall(release: Release) -> Resource:
    """The stage behind the ground's web ACL."""
    target = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{{API}}}/stages/${{{STAGE}}}"
    return {
        "Type": "AWS::WAFv2::WebACLAssociation",
        "Properties": {"WebACLArn": release.ground("WebAclArn"), "ResourceArn": {"Fn::Sub": target}},
    }


def base_paths(release: Release) -> Resources:
    """The places of the API on the callers' domain, or else, for the facade, on the domain of the services.

    The domains are the ground's, so removing a service never removes one.
    """
    if not release.extras.base_paths:
        return {"ServicePath": base_path(release, "ServicesDomainName", release.service)}
    return {
        f"BasePath{re.sub('[^A-Za-z0-9]', '', path.title()) or 'Root'}": base_path(release, "DomainName", path)
        for path in release.extras.base_paths
    }


def base_path(release: Release, domain: str, path: str) -> Resource:
    """One place on a domain; an empty path is all of it.

    The function finds the base path in its event's path, as callers wrote it, though the API's resources do not have it.
    """
    where = {"BasePath": path} if path else {}
    return {
        "Type": "AWS::ApiGateway::BasePathMapping",
        "Properties": {
            "DomainName": release.ground(domain),
            "RestApiId": {"Ref": API},
            "Stage": {"Ref": STAGE},
            **where,
        },
    }


def foreign_permissions(release: Release, body: Any) -> Resources:
    """The right to call the functions of other services, where the API's paths lead straight to them."""
    named = re.findall(rf"function:({release.prefix}-([a-z0-9-]+)-{release.stage}):{ALIAS}", json.dumps(body))
    return {
        f"Invoke{service.title().replace('-', '')}": invoke_permission(
            {"Fn::Sub": f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}:{ALIAS}"},
            "apigateway.amazonaws.com",
            {"Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{API}}}/*"},
        )
        for name, service in sorted(set(named))
        if service != release.service  # Chalice's own permission is for that
    }


def invoke_permission(function: Any, principal: str, source: Any) -> Resource:
    """The right of one source of a service of AWS to call a function."""
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": function,
            "Action": "lambda:InvokeFunction",
            "Principal": principal,
            "SourceArn": source,
        },
    }
