"""What Chalice packs of each service, once for all tests: built for this interpreter as if it were Lambda's."""

import json
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.build import package
from infra.build.libraries import Target, running_python
from infra.build.manifest import NAME, ROOT, Manifest, read_manifest
from infra.build.package import fill_vendor
from infra.build.projects import write_projects
from infra.ground.reading import Template
from infra.packaging.packing import run_chalice
from infra.packaging.release import Release
from infra.packaging.terms import Extras, StageExtras

SERVICES = sorted(read_manifest().services)
NOT_COPIED = shutil.ignore_patterns("vendor", "__pycache__", "deployments", "deployed")
DIGEST = "ab" * 32
Packed = dict[str, Template]


def installed(manifest: Manifest) -> Target:
    """What is deployed, its libraries taken from this environment and not fetched."""
    return Target(manifest.python, manifest.architecture, fetched=False)


@dataclass(frozen=True)
class Checkout:
    """A checkout of its own, in which every service is built."""

    root: Path

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.root)

    def change(self, **changes: object) -> None:
        facts = json.loads((self.root / NAME).read_text(encoding="utf-8"))
        (self.root / NAME).write_text(json.dumps(facts | changes), encoding="utf-8")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("built"))
    for name in (NAME, "requirements.lock"):
        shutil.copy(ROOT / name, checkout.root / name)
    for name in ("shared", "services"):
        shutil.copytree(ROOT / name, checkout.root / name, ignore=NOT_COPIED)
    checkout.change(python=running_python(), architecture=platform.machine())
    write_projects(checkout.root, checkout.manifest, SERVICES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "deployed_target", installed)
        for service in SERVICES:
            fill_vendor(checkout.root, checkout.manifest, service)
    return checkout


@pytest.fixture
def checkout(built: Checkout, tmp_path: Path) -> Checkout:
    """A checkout that a test may change."""
    shutil.copytree(built.root, tmp_path / "checkout")
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="session")
def packed(built: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """Chalice's own templates of the stage prod, by service."""
    folder = tmp_path_factory.mktemp("packed")
    return {name: run_chalice(built.root / "services" / name, "prod", folder / name) for name in SERVICES}


@pytest.fixture
def release() -> Callable[..., Release]:
    """A service of the stage prod, with what a test says of it under `aws`."""

    def make(service: str, extras: Extras | None = None, stage_extras: StageExtras | None = None) -> Release:
        return Release("tis", "prod", service, extras or Extras(), stage_extras or StageExtras(), DIGEST)

    return make
