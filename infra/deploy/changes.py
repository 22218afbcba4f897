"""What a deploy would change: `tis diff`."""

from dataclasses import asdict, dataclass

from infra.build.contents import contents_of
from infra.build.package import fill_vendor
from infra.build.projects import write_projects
from infra.deploy.chalice_way import is_current
from infra.deploy.cloud import told
from infra.deploy.deploying import Stage
from infra.deploy.record import Record, RecordStore
from infra.packaging.deploying import stack_changes
from infra.packaging.packing import default_folder, write_template

OWN = ("services/", "shared/", "app.py")
SHOWN_LIMIT = 20


@dataclass(frozen=True)
class Difference:
    """What a deploy would do to a service: `create`, `update` or `nothing`; with what changes, a phrase each."""

    action: str
    changes: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


def difference(stage: Stage, service: str) -> Difference:
    """What deploying a service would change. Builds the service; changes nothing in AWS. Raises DeployError, BuildError."""
    write_projects(stage.root, stage.manifest, [service])
    fill_vendor(stage.root, stage.manifest, service)
    with told():
        return by_template(stage, service) if stage.way == "template" else by_chalice(stage, service)


def by_chalice(stage: Stage, service: str) -> Difference:
    """Of a service that Chalice deploys: by its record, and by what stands."""
    store = RecordStore(stage.cloud)
    store.ensure_bucket()
    record, version = store.read(service)
    if version is None or not record.deployed:
        return Difference("create")
    if is_current(stage.cloud, stage.manifest, stage.project(service), record):
        return Difference("nothing")
    if not record.is_sound:
        return Difference("update", ("the last deploy was not finished",))
    found = contents_of(stage.project(service) / "vendor")
    return Difference(
        "update", tuple(file_changes(record, found)) or ("its settings, its policy, or what stands in AWS",)
    )


def file_changes(record: Record, found: dict[str, str]) -> list[str]:
    """The package's files that differ, its own by name, its libraries' as a number."""
    words = {
        path: "new" if path not in record.files else "gone" if path not in found else "changed"
        for path in {*record.files, *found}
        if record.files.get(path) != found.get(path) and not path.endswith(".pyc")
    }
    own = sorted(f"{word}: {path}" for path, word in words.items() if path.startswith(OWN))
    libraries = len(words) - len(own)
    more = [f"and {len(own) - SHOWN_LIMIT} more of its own files"] if len(own) > SHOWN_LIMIT else []
    return [*own[:SHOWN_LIMIT], *more, *([f"{libraries} files of libraries"] if libraries else [])]


def by_template(stage: Stage, service: str) -> Difference:
    """Of a service that CloudFormation deploys: its own answer."""
    name = stage.cloud.stage
    written = write_template(stage.root, stage.manifest, service, name, default_folder(stage.root, service, name))
    changes = stack_changes(written, stage.cloud.region)
    words = tuple(
        f"{change.action.lower()}: {change.resource} ({change.kind}{', replaced' if change.replaced else ''})"
        for change in changes
    )
    return Difference("update" if words else "nothing", words)
