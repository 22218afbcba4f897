"""Functions that start anew: an environment reads its settings and secrets once, so a changed one reaches no running one."""

import time
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.build.manifest import Manifest
from infra.deploy.cloud import Cloud

ALIAS = "live"  # by which the gateway calls the functions of a stage that is deployed by its templates


def restart_function(cloud: Cloud, manifest: Manifest, service: str) -> bool:
    """Have Lambda start new environments for all calls from now on; False where the function does not exist.

    Any change of a function's configuration does that; what changes here is the sentence that describes it.
    """
    client, name = cloud.client("lambda"), f"{manifest.app_prefix}-{service}-{cloud.stage}"
    said = f"Reads its settings anew since {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())}."
    try:
        settle(client, name)
        client.update_function_configuration(FunctionName=name, Description=said)
    except (ClientError, WaiterError) as error:
        if "ResourceNotFoundException" in str(error):
            return False
        raise
    settle(client, name)
    if manifest.stage(cloud.stage).way == "template":
        version = client.publish_version(FunctionName=name)["Version"]
        client.get_waiter("published_version_active").wait(FunctionName=name, Qualifier=version)
        client.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    return True


def settle(client: Any, name: str) -> None:
    """Wait until Lambda has done what was asked of a function before: it refuses two changes at a time."""
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
