"""The settings and secrets of a stage's functions: is each there, before a function that needs it is deployed?"""

import json
from collections.abc import Iterable, Iterator

from botocore.exceptions import ClientError

from infra.build.manifest import Manifest
from infra.deploy.cloud import Cloud, DeployError

AT_ONCE = 10  # names that the Parameter Store takes in one question
FACADE = "strangler"


def check_settings(cloud: Cloud, manifest: Manifest, services: Iterable[str]) -> None:
    """DeployError naming every setting and secret that a service has and the stage has not, and how it is put there."""
    chosen = list(services)
    lost = [
        *(f"parameter {name}" for name in missing_parameters(cloud, setting_names(cloud, manifest, chosen))),
        *(f"secret {name}" for name in missing_secrets(cloud, manifest, chosen)),
    ]
    if lost:
        raise DeployError(
            f"Stage {cloud.stage} lacks {', '.join(lost)}. Put it there, and deploy again:"
            " `aws ssm put-parameter --type String --name NAME --value VALUE`, or, the secret typed in,"
            " `aws secretsmanager create-secret --name NAME --secret-string file:///dev/stdin`."
        )


def check_network(cloud: Cloud, manifest: Manifest) -> None:
    """DeployError where the ground says that the stage's functions stand elsewhere than chalice.json says."""
    place, stage = f"/{manifest.app_prefix}/{cloud.stage}", manifest.stage(cloud.stage)
    names = [f"{place}/FUNCTION_SUBNETS", f"{place}/FUNCTION_GROUP"]
    found = {one["Name"]: one["Value"] for one in cloud.client("ssm").get_parameters(Names=names)["Parameters"]}
    if stage.way != "chalice" or len(found) < len(names):
        return
    subnets, group = found[names[0]].split(","), found[names[1]]
    if (sorted(stage.subnets), list(stage.security_groups)) != (sorted(subnets), [group]):
        raise DeployError(
            f"The functions of stage {cloud.stage} belong into subnets that chalice.json does not name. Write there, in"
            f' stages.{cloud.stage}: "subnets": {json.dumps(subnets)}, "security_groups": ["{group}"].'
        )


def setting_names(cloud: Cloud, manifest: Manifest, services: list[str]) -> list[str]:
    """The parameters of some services, without those that a deploy writes itself: where the services answer."""
    own = {url_setting(service) for service in manifest.services}
    return [
        f"/{manifest.app_prefix}/{cloud.stage}/{service}/{name}"
        for service in services
        for name in manifest.entry(service).settings
        if not (service == FACADE and name in own)
    ]


def missing_parameters(cloud: Cloud, names: list[str]) -> Iterator[str]:
    """The names of which the Parameter Store has none."""
    store = cloud.client("ssm")
    for start in range(0, len(names), AT_ONCE):
        yield from store.get_parameters(Names=names[start : start + AT_ONCE])["InvalidParameters"]


def missing_secrets(cloud: Cloud, manifest: Manifest, services: list[str]) -> Iterator[str]:
    """The secrets that do not exist."""
    secrets = cloud.client("secretsmanager")
    for service in services:
        for name in manifest.entry(service).secrets:
            secret = f"{manifest.app_prefix}/{cloud.stage}/{service}/{name}"
            try:
                secrets.describe_secret(SecretId=secret)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                yield secret


def tell_facade(cloud: Cloud, manifest: Manifest, service: str, url: str) -> bool:
    """Write where a service answers to the facade's settings, if it has one for that; True where that said something else.

    A facade that runs has to be started anew then. Of a stage that has templates, the ground tells the facade.
    """
    name = url_setting(service)
    if FACADE not in manifest.services or name not in manifest.entry(FACADE).settings:
        return False
    if manifest.stage(cloud.stage).way == "template":
        return False
    place, store = f"/{manifest.app_prefix}/{cloud.stage}/{FACADE}/{name}", cloud.client("ssm")
    found = store.get_parameters(Names=[place])["Parameters"]
    if found and found[0]["Value"] == url.rstrip("/"):
        return False
    store.put_parameter(Name=place, Value=url.rstrip("/"), Type="String", Overwrite=True)
    return True


def url_setting(service: str) -> str:
    """The facade's setting that says where a service is."""
    return f"TIS_{service.upper().replace('-', '_')}_URL"
