"""All services of a stage, deployed side by side where they may be: the facade last, which must know the others' places."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from infra.build.manifest import BuildError, Manifest
from infra.build.package import fill_vendor
from infra.build.projects import write_projects
from infra.deploy.answering import api_url, await_answer
from infra.deploy.chalice_way import api_of, is_current, run_chalice
from infra.deploy.cloud import Cloud, DeployError, told
from infra.deploy.domain import map_base_paths, unmap_base_paths
from infra.deploy.publishing import ensure_routes, publish_again
from infra.deploy.record import RecordStore
from infra.deploy.restarting import restart_function
from infra.deploy.settings import FACADE, check_network, check_settings, tell_facade
from infra.deploy.standing import function_facts
from infra.packaging.deploying import deploy_stack, remove_stack
from infra.packaging.packing import default_folder, write_template
from infra.routing import RoutesError

JOBS = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """A service after a deploy: where it answers, and with what status."""

    url: str
    api: str
    changed: bool
    seconds: float
    zip_bytes: int
    status: int = 0

    def facts(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class Stage:
    """A stage of a checkout, and the account that it lies in. `say` is told of each step of a service."""

    root: Path
    manifest: Manifest
    cloud: Cloud
    say: Callable[[str, str], None]

    @property
    def way(self) -> str:
        """How it is deployed."""
        return self.manifest.stage(self.cloud.stage).way

    def project(self, service: str) -> Path:
        """A service's folder."""
        return self.root / "services" / service


def deploy_services(stage: Stage, services: list[str]) -> tuple[dict[str, Outcome], dict[str, str]]:
    """Bring services to what the checkout says: the outcomes by service, and a sentence for each that failed.

    What failed leaves the others alone, but for the facade, which is not deployed when one before it failed.
    """
    with told():
        check_network(stage.cloud, stage.manifest)
        check_settings(stage.cloud, stage.manifest, services)
    outcomes, faults = in_parallel(partial(deploy_service, stage), [name for name in services if name != FACADE])
    with told():
        moved = [tell_facade(stage.cloud, stage.manifest, name, outcome.url) for name, outcome in outcomes.items()]
        if any(moved) and restart_function(stage.cloud, stage.manifest, FACADE):
            stage.say(FACADE, "started anew: services answer elsewhere")
    if FACADE in services and not faults:
        last, failed = in_parallel(partial(deploy_service, stage), [FACADE])
        outcomes |= last
        faults |= failed
    elif FACADE in services:
        faults[FACADE] = "not deployed: what it leads to failed."
    return outcomes, faults


def in_parallel(work: Callable[[str], Outcome], services: Iterable[str]) -> tuple[dict[str, Outcome], dict[str, str]]:
    """The work done on each service, a few at a time: the outcomes, and the sentences of those that failed."""
    names = list(services)
    outcomes: dict[str, Outcome] = {}
    faults: dict[str, str] = {}
    with ThreadPoolExecutor(min(JOBS, len(names) or 1)) as workers:
        for name, future in [(name, workers.submit(work, name)) for name in names]:
            try:
                outcomes[name] = future.result()
            except (DeployError, BuildError, RoutesError) as error:
                faults[name] = str(error)
    return outcomes, faults


def deploy_service(stage: Stage, service: str) -> Outcome:
    """Build, deploy and ask one service. Raises DeployError or BuildError."""
    started = time.monotonic()
    stage.say(service, "building")
    write_projects(stage.root, stage.manifest, [service])
    fill_vendor(stage.root, stage.manifest, service)
    with told():
        made = by_chalice(stage, service) if stage.way == "chalice" else by_template(stage, service)
        if service == FACADE and made.changed and publish_again(stage.cloud, stage.manifest):
            stage.say(service, "routes published again")
        if service == FACADE and ensure_routes(stage.cloud, stage.manifest):
            stage.say(service, "the route table was empty: it is what infra/routes says")
        stage.say(service, "asking")
        status = await_answer(service, made.url)
    seconds = round(time.monotonic() - started, 2)
    stage.say(service, f"{'deployed' if made.changed else 'unchanged'} in {seconds:.1f} s")
    return Outcome(made.url, made.api, made.changed, seconds, made.zip_bytes, status)


def by_chalice(stage: Stage, service: str) -> Outcome:
    """Deploy one service by Chalice, if anything of it has changed."""
    cloud, project = stage.cloud, stage.project(service)
    store = RecordStore(cloud)
    store.ensure_bucket()
    record, _ = store.read(service)
    changed = not is_current(cloud, stage.manifest, project, record)
    if changed:
        stage.say(service, "deploying")
        record = run_chalice(cloud, project, "deploy")
    api = api_of(record) or ""
    map_base_paths(cloud, stage.manifest, service, api)
    facts = function_facts(cloud, f"{stage.manifest.app_prefix}-{service}-{cloud.stage}")
    return Outcome(api_url(cloud, api), api, changed, 0, facts["CodeSize"])


def by_template(stage: Stage, service: str) -> Outcome:
    """Deploy one service by its merged template, if anything of it has changed."""
    folder = default_folder(stage.root, service, stage.cloud.stage)
    written = write_template(stage.root, stage.manifest, service, stage.cloud.stage, folder)
    made = deploy_stack(written, stage.cloud.region, partial(stage.say, service))
    return Outcome(made.url.rstrip("/"), made.api, made.changed, 0, made.zip_bytes)


def remove_services(stage: Stage, services: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take services away, the facade first: those that stood, and a sentence for each that failed."""
    removed: list[str] = []
    faults: dict[str, str] = {}
    for service in sorted(services, key=lambda name: name != FACADE):
        stage.say(service, "removing")
        try:
            with told():
                stood = remove_service(stage, service)
        except (DeployError, BuildError) as error:
            faults[service] = str(error)
        else:
            removed += [service] if stood else []
            stage.say(service, "removed" if stood else "was not there")
    return removed, faults


def remove_service(stage: Stage, service: str) -> bool:
    """Take one service away; False where it was not there."""
    cloud = stage.cloud
    if stage.way == "template":
        say = partial(stage.say, service)
        return remove_stack(stage.manifest.app_prefix, cloud.stage, service, cloud.region, tell=say)
    store = RecordStore(cloud)
    store.ensure_bucket()
    if store.read(service)[1] is None:
        return False
    unmap_base_paths(cloud, stage.manifest, service)
    write_projects(stage.root, stage.manifest, [service])
    fill_vendor(stage.root, stage.manifest, service)
    run_chalice(cloud, stage.project(service), "delete")
    store.forget(service)
    return True
