"""The compiled route table as the routes of a stage's gateway, and the way back from it in one call (docs/adr/0015)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import orjson

from infra.build.manifest import Manifest
from infra.deploy.chalice_way import api_of
from infra.deploy.cloud import Cloud, DeployError
from infra.deploy.record import RecordStore
from infra.deploy.settings import FACADE
from infra.packaging.deploying import open_stack
from infra.routing import Ledger, State, publish
from infra.routing.compiled import Addresses, Compiled, compile_routes
from infra.routing.published import Published, note_published, read_published
from shared.stages import LEGACY

ROUTES_TABLE = "TIS_ROUTES_TABLE"
TRIES = 3
PERMISSION = "published-routes"  # names the right of the gateway to call a service's function


def publish_routes(cloud: Cloud, manifest: Manifest) -> tuple[Published, Compiled]:
    """Give the stage's gateway the routes of the running table; DeployError where the strangler is not deployed there.

    All-legacy is deployed first, and kept as the deployment to turn back to. Then the table as it is takes effect. Where
    somebody changes the table meanwhile, a retreat to legacy above all, it is done again.
    """
    store = RecordStore(cloud)
    store.ensure_bucket()
    with store.held(FACADE):
        api, ledger = facade_api(cloud, manifest), ledger_of(cloud, manifest)
        for _ in range(TRIES):
            done = publish_once(cloud, manifest, api, ledger)
            if ledger.read().version == done[0].version:
                return done
    raise DeployError(
        f"The route table changes faster than it can be published. Publish again, {TRIES} times did not do."
    )


def publish_once(cloud: Cloud, manifest: Manifest, api: str, ledger: Ledger) -> tuple[Published, Compiled]:
    """Give the gateway the routes of the table as it is now."""
    state = ledger.read()
    before = here(cloud, ledger)
    addresses = addresses_of(cloud, manifest)
    legacy = compile_routes(state.specs.values(), all_legacy=True)
    now = compiled_now(state)
    permit_calls(cloud, manifest, api, targets_of((legacy, now)))
    kept = deployed(cloud, api, legacy.document(addresses), f"all-legacy, table version {state.version}")
    made = deployed(cloud, api, now.document(addresses), f"table version {state.version}", stage=cloud.stage)
    published = Published(cloud.stage, cloud.region, api, made, kept, state.version)
    note_published(ledger, published)
    discard(cloud, before)
    return published, now


def ensure_routes(cloud: Cloud, manifest: Manifest) -> bool:
    """Write the routes as infra/routes has them into a table that is still empty; False where it was not."""
    if ROUTES_TABLE not in manifest.entry(FACADE).settings:
        return False
    ledger = ledger_of(cloud, manifest)
    if ledger.read().version:
        return False
    publish(ledger, "tis deploy")
    return True


def publish_again(cloud: Cloud, manifest: Manifest) -> bool:
    """Publish once more where the table was published: Chalice has just put its own route in place of all."""
    if ROUTES_TABLE not in manifest.entry(FACADE).settings:
        return False
    if not here(cloud, ledger_of(cloud, manifest)):
        return False
    publish_routes(cloud, manifest)
    return True


def here(cloud: Cloud, ledger: Ledger) -> list[Published]:
    """What was published to this stage in this region."""
    return [one for one in read_published(ledger) if (one.stage, one.region) == (cloud.stage, cloud.region)]


def compiled_now(state: State) -> Compiled:
    """The table as it is, the retreat to legacy included."""
    return compile_routes(state.specs.values(), all_legacy=state.all_legacy)


def turn_to_legacy(cloud: Cloud, published: Published) -> None:
    """Point the stage to the deployment where all is at legacy. Takes effect within seconds."""
    change = [{"op": "replace", "path": "/deploymentId", "value": published.legacy}]
    cloud.client("apigateway").update_stage(restApiId=published.api, stageName=cloud.stage, patchOperations=change)


def facade_api(cloud: Cloud, manifest: Manifest) -> str:
    """The API in front of the strangler, which callers know; DeployError where there is none."""
    if manifest.stage(cloud.stage).way == "template":
        api = open_stack(manifest.app_prefix, cloud.stage, FACADE, cloud.region).outputs().get("RestAPIId")
    else:
        store = RecordStore(cloud)
        store.ensure_bucket()
        api = api_of(store.read(FACADE)[0])
    if not api:
        raise DeployError(
            f"The {FACADE} is not deployed to stage {cloud.stage}: `tis deploy --stage {cloud.stage}` first."
        )
    return api


def ledger_of(cloud: Cloud, manifest: Manifest) -> Ledger:
    """The stage's route table, as its facade is told."""
    name = parameter(cloud, f"/{manifest.app_prefix}/{cloud.stage}/{FACADE}/{ROUTES_TABLE}")
    return Ledger(name, cloud.region, cloud.endpoint)


def addresses_of(cloud: Cloud, manifest: Manifest) -> Addresses:
    """Where the routes lead, in full."""
    place = f"/{manifest.app_prefix}/{cloud.stage}"
    links = cloud.client("ssm").get_parameters(Names=[f"{place}/VPC_LINK"])["Parameters"]
    return Addresses(
        cloud.stage,
        manifest.app_prefix,
        alias="live" if manifest.stage(cloud.stage).way == "template" else "",
        account=cloud.account,
        region=cloud.region,
        legacy_url=parameter(cloud, f"{place}/{FACADE}/TIS_LEGACY_URL"),
        vpc_link=links[0]["Value"] if links else "",
    )


def parameter(cloud: Cloud, name: str) -> str:
    """A parameter of the stage; DeployError where it is missing."""
    found = cloud.client("ssm").get_parameters(Names=[name])["Parameters"]
    if not found:
        raise DeployError(f"Stage {cloud.stage} lacks parameter {name}.")
    return str(found[0]["Value"])


def targets_of(tables: Iterable[Compiled]) -> set[str]:
    """The services whose functions the gateway calls by these tables."""
    return {one.target for table in tables for one in table.answered} - {LEGACY}


def permit_calls(cloud: Cloud, manifest: Manifest, api: str, services: Iterable[str]) -> None:
    """Let the API call the services' functions; DeployError naming one that is not deployed."""
    client = cloud.client("lambda")
    alias = {"Qualifier": "live"} if manifest.stage(cloud.stage).way == "template" else {}
    source = f"arn:aws:execute-api:{cloud.region}:{cloud.account}:{api}/*"
    for service in sorted(services):
        name = f"{manifest.app_prefix}-{service}-{cloud.stage}"
        right = {"StatementId": f"{PERMISSION}-{api}", "Action": "lambda:InvokeFunction"}
        try:
            client.add_permission(
                FunctionName=name, Principal="apigateway.amazonaws.com", SourceArn=source, **right, **alias
            )
        except client.exceptions.ResourceConflictException as error:
            if "already exists" not in str(error):  # else it has the right
                raise
        except client.exceptions.ResourceNotFoundException as error:
            raise DeployError(
                f"Routes are live at {service}, which is not deployed to stage {cloud.stage}:"
                f" `tis deploy {service} --stage {cloud.stage}` first."
            ) from error


def deployed(cloud: Cloud, api: str, document: Mapping[str, Any], description: str, *, stage: str | None = None) -> str:
    """Put a document into an API and deploy it, to a stage or to none; gives the deployment's id.

    The API keeps its name, by which it is found again.
    """
    gateway = cloud.client("apigateway")
    body = orjson.dumps({**document, "info": {**document["info"], "title": FACADE}})
    gateway.put_rest_api(restApiId=api, mode="overwrite", failOnWarnings=True, body=body)
    where = {"stageName": stage} if stage else {}
    return str(gateway.create_deployment(restApiId=api, description=description, **where)["id"])


def discard(cloud: Cloud, before: Iterable[Published]) -> None:
    """Remove the deployments that no stage has any more."""
    gateway = cloud.client("apigateway")
    for one in before:
        for deployment in (one.compiled, one.legacy):
            with suppress(gateway.exceptions.ClientError):
                gateway.delete_deployment(restApiId=one.api, deploymentId=deployment)
