"""Beside Chalice's own command: one deploy of a service at a time, on what really stands, noted where all find it.

Chalice notes what it has deployed in a file of the checkout. In another checkout, or after a deploy that came to no
end, it would make a second API. So before it begins, the file is written from the record in S3, or, where that deploy
was not finished, from what stands in the account; and when it ends, the record is written from the file.
"""

import json
import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import click

from infra.build.contents import contents_of
from infra.build.manifest import Manifest, read_manifest
from infra.deploy.cloud import Cloud, DeployError, open_cloud, told
from infra.deploy.record import Record, RecordStore
from infra.deploy.source import source_of
from infra.deploy.standing import SCHEMA, found_resources, function_facts


def accompany(project: Path, context: click.Context) -> None:
    """Take the service's record, bring Chalice's note in line, and see to it that the record is written at the end.

    Raises DeployError where somebody else deploys the service, or AWS cannot be asked. Chalice has read its note by
    now: where that was not in line, the process begins anew.
    """
    manifest, service, stage = read_manifest(project.parents[1]), project.name, context.params["stage"]
    if manifest.stage(stage).way != "chalice":
        raise DeployError(f"Stage {stage} is deployed by its templates: `tis deploy {service} --stage {stage}`.")
    region = os.environ.get("AWS_REGION")
    if region and os.environ.get("AWS_DEFAULT_REGION") != region:  # which is the one that Chalice reads
        os.environ["AWS_DEFAULT_REGION"] = region
        begin_anew()
    with told():
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        cloud = open_cloud(stage, endpoint=endpoint, profile=context.params.get("profile"))
        deployment = Deployment(cloud, manifest, project)
        if deployment.begin():
            begin_anew()
    context.call_on_close(lambda: end_told(deployment))


def begin_anew() -> NoReturn:
    """Become the same process again, with the same words."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def end_told(deployment: "Deployment") -> None:
    """Write the record; end the process with a sentence where that cannot be: the next deploy then asks AWS itself."""
    try:
        with told():
            deployment.end()
    except DeployError as error:
        click.echo(f"It is not noted what stands now; deploy again. {error}", err=True)
        sys.exit(1)


@dataclass
class Deployment:
    """One run of Chalice's command on a service."""

    cloud: Cloud
    manifest: Manifest
    project: Path
    record: Record = field(default_factory=Record)
    version: str | None = None
    noted_before: int = 0
    source: str = ""  # what the package was made from when the deploy began: it may be built anew meanwhile
    files: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The folder's name."""
        return self.project.name

    @property
    def app_name(self) -> str:
        """What Chalice calls the app."""
        return f"{self.manifest.app_prefix}-{self.service}"

    @property
    def note(self) -> Path:
        """Chalice's own note of what it has deployed."""
        return self.project / ".chalice" / "deployed" / f"{self.cloud.stage}.json"

    def begin(self) -> bool:
        """Take the record, and write Chalice's note; True where it was another."""
        store = RecordStore(self.cloud)
        store.ensure_bucket()
        before, self.version = store.take(self.service)
        self.record = before
        self.source = source_of(self.project, self.cloud.stage)
        self.files = contents_of(self.project / "vendor")
        known = before.deployed if before.is_sound else self.found(before)
        text = as_note(known or {"resources": [], **SCHEMA})
        if self.note.is_file() and self.note.read_text(encoding="utf-8") == text:
            self.noted_before = self.note.stat().st_mtime_ns
            return False
        self.note.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(text, encoding="utf-8")
        return True

    def found(self, before: Record) -> dict[str, Any]:
        """What stands in the account, where the record does not tell."""
        return found_resources(self.cloud, self.app_name, self.service, before.deployed)

    def end(self) -> None:
        """Write the record: finished where Chalice has written its note, and free for the next in any case."""
        done = self.note.stat().st_mtime_ns != self.noted_before
        record = replace(self.record, holder=None, finished=False)
        if done:
            deployed = json.loads(self.note.read_text(encoding="utf-8"))
            self.note.write_text(as_note(deployed), encoding="utf-8")
            record = self.finished(deployed)
        RecordStore(self.cloud).write(self.service, record, self.version)

    def finished(self, deployed: dict[str, Any]) -> Record:
        """The record of a deploy that has come to its end."""
        facts = function_facts(self.cloud, f"{self.app_name}-{self.cloud.stage}")
        return Record(deployed, self.source, facts.get("CodeSha256", ""), self.files, finished=True)


def as_note(deployed: dict[str, Any]) -> str:
    """Chalice's note as text, the same for the same facts."""
    return json.dumps(deployed, indent=2, sort_keys=True) + "\n"
