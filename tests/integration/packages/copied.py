"""The project's copy in which packages are built, so that nobody's work in the checkout changes them meanwhile."""

import shutil
from pathlib import Path

from infra.build.manifest import ROOT

NOT_COPIED = shutil.ignore_patterns("__pycache__", "vendor", "deployments", "deployed")


def copy_project(folder: Path) -> Path:
    """The folder, with all that is built from in it; libraries that were compiled before are taken as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("chalice.json", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("services", "shared"):
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_COPIED)
    libraries = ROOT / "build" / "libraries"
    libraries.mkdir(parents=True, exist_ok=True)
    (folder / "build").mkdir()
    (folder / "build" / "libraries").symlink_to(libraries)
    return folder
