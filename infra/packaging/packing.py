"""What `tis package` writes of a service: its template and its zip, in build/<service>/template/<stage>/."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.build.contents import file_digest
from infra.build.guard import check_project
from infra.build.manifest import BuildError, Manifest
from infra.build.package import replaced
from infra.ground.reading import Template
from infra.packaging.merging import merge_template
from infra.packaging.release import Release

TEMPLATE, ZIP = "template.json", "deployment.zip"
CHALICE_TEMPLATE = "sam.json"
CHALICE = "from chalice.cli import main; raise SystemExit(main())"
CHALICE_TIMEOUT = 120  # seconds
ANY_REGION = "eu-west-2"  # Chalice asks for one; nothing of it stands in the template


@dataclass(frozen=True)
class Written:
    """A template and its zip as they lie on disk, and what they are for."""

    folder: Path
    prefix: str
    stage: str
    service: str

    @property
    def stack(self) -> str:
        """The stack that the template makes: `tis-prod-reference`."""
        return f"{self.prefix}-{self.stage}-{self.service}"

    @property
    def template(self) -> Path:
        """The template."""
        return self.folder / TEMPLATE

    @property
    def zip(self) -> Path:
        """The function's package."""
        return self.folder / ZIP


def default_folder(root: Path, service: str, stage: str) -> Path:
    """Where a service's template of a stage lies unless another place is named."""
    return root / "build" / service / "template" / stage


def write_template(
    root: Path, manifest: Manifest, service: str, stage: str, folder: Path, *, routes: dict[str, Any] | None = None
) -> Written:
    """Pack a service for a stage; all of the folder is replaced, or nothing.

    BuildError, a sentence, where the project is stale or partial, the stage unknown or the Python another.
    """
    check_project(root / "services" / service, stage)
    with replaced(folder) as fresh, tempfile.TemporaryDirectory() as scratch:
        packed = run_chalice(root / "services" / service, stage, Path(scratch) / "packed")
        shutil.move(Path(scratch) / "packed" / ZIP, fresh / ZIP)
        release = Release(
            prefix=manifest.app_prefix,
            service=service,
            stage=stage,
            extras=manifest.entry(service).aws,
            stage_extras=manifest.stage(stage).aws,
            digest=file_digest(fresh / ZIP),
        )
        template = merge_template(release, packed, routes)
        (fresh / TEMPLATE).write_text(json.dumps(template, indent=1) + "\n", encoding="utf-8")
    return Written(folder, manifest.app_prefix, stage, service)


def run_chalice(project: Path, stage: str, folder: Path) -> Template:
    """Chalice's own template of a project, and beside it in `folder` the zip."""
    command = [sys.executable, "-c", CHALICE, "package", "--stage", stage, str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment.setdefault("AWS_DEFAULT_REGION", ANY_REGION)  # the byte code in vendor/ is left out when that is set
    try:
        done = subprocess.run(
            command, cwd=project, env=environment, check=False, capture_output=True, text=True, timeout=CHALICE_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"Chalice has not packed {project.name} within {CHALICE_TIMEOUT} s. Try again.") from error
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"it ended with {done.returncode} and said nothing"]
        raise BuildError(f"Chalice cannot pack {project.name}: {words[-1]}")
    template: Template = json.loads((folder / CHALICE_TEMPLATE).read_text(encoding="utf-8"))
    return template


def read_routes(path: Path) -> dict[str, Any]:
    """A compiled route table, as the gateway's OpenAPI; BuildError where the file holds none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{path} cannot be read as JSON: {error}. `tis routes compile` writes it.") from error
    if not isinstance(document, dict) or not document.get("paths"):
        raise BuildError(f"{path} is no compiled route table: it has no paths. `tis routes compile` writes it.")
    return document
