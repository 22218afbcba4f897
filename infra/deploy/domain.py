"""The base paths of a stage's domain that lead to a service. The domain is the ground's: only the paths are ours."""

from typing import Any

from infra.build.manifest import Manifest
from infra.deploy.cloud import Cloud

WHOLE = "(none)"  # what API Gateway calls the empty base path


def map_base_paths(cloud: Cloud, manifest: Manifest, service: str, api: str) -> None:
    """Lead the service's base paths to its API, where the stage has a domain and they do not lead there yet."""
    domain = domain_of(cloud, manifest)
    paths = manifest.entry(service).aws.base_paths
    if domain is None or not paths:
        return
    gateway = cloud.client("apigateway")
    stand = {one["basePath"]: one for one in mappings(gateway, domain)}
    for path in paths:
        found = stand.get(path or WHOLE)
        if found is not None and (found["restApiId"], found["stage"]) == (api, cloud.stage):
            continue
        if found is None:
            gateway.create_base_path_mapping(
                domainName=domain, basePath=path or WHOLE, restApiId=api, stage=cloud.stage
            )
            continue
        change = [
            {"op": "replace", "path": f"/{name}", "value": to}
            for name, to in (("restapiId", api), ("stage", cloud.stage))
        ]
        gateway.update_base_path_mapping(domainName=domain, basePath=path or WHOLE, patchOperations=change)


def unmap_base_paths(cloud: Cloud, manifest: Manifest, service: str) -> None:
    """Take the service's base paths from the domain."""
    domain = domain_of(cloud, manifest)
    if domain is None:
        return
    gateway = cloud.client("apigateway")
    stand = {one["basePath"] for one in mappings(gateway, domain)}
    for path in manifest.entry(service).aws.base_paths:
        if (path or WHOLE) in stand:
            gateway.delete_base_path_mapping(domainName=domain, basePath=path or WHOLE)


def domain_of(cloud: Cloud, manifest: Manifest) -> str | None:
    """The stage's domain, which the ground tells in the Parameter Store; None where it has none."""
    place = f"/{manifest.app_prefix}/{cloud.stage}/DOMAIN"
    found = cloud.client("ssm").get_parameters(Names=[place])["Parameters"]
    return str(found[0]["Value"]) if found else None


def mappings(gateway: Any, domain: str) -> list[dict[str, Any]]:
    """The domain's base path mappings."""
    found: list[dict[str, Any]] = gateway.get_base_path_mappings(domainName=domain).get("items", [])
    return found
