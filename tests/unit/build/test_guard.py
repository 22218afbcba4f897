import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.build import guard, package
from infra.build.libraries import Target, running_python
from infra.build.manifest import NAME, BuildError, Manifest, read_manifest
from infra.build.package import fill_vendor
from infra.build.projects import write_projects
from tests.unit.build.conftest import Isolated

DEADLINE = 120
HOOK = """
import os
if "AWS_CHALICE_CLI_MODE" in os.environ:
    from pathlib import Path
    from infra.build.guard import refuse_stale
    refuse_stale(Path.cwd())
"""
RUN_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"
Chalice = Callable[..., subprocess.CompletedProcess[str]]


def installed(manifest: Manifest) -> Target:
    """What is deployed, its libraries taken from this environment and not fetched."""
    return Target(manifest.python, manifest.architecture, fetched=False)


@pytest.fixture
def project(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reference service's project, built for this interpreter as if it were Lambda's."""
    monkeypatch.setattr(package, "deployed_target", installed)
    change_manifest(checkout, python=running_python(), architecture=platform.machine())
    shared = checkout / "shared" / "__init__.py"
    if "infra.build.guard" not in shared.read_text(encoding="utf-8"):
        shared.write_text(HOOK, encoding="utf-8")
    build(checkout)
    return checkout / "services" / "reference"


@pytest.fixture
def chalice(project: Path, tmp_path: Path) -> Chalice:
    """Runs Chalice's own command in the project."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-2", "HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", RUN_CHALICE, *arguments],
            cwd=project,
            env=settings,
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
        )

    return run


def change_manifest(root: Path, **changes: object) -> None:
    facts = json.loads((root / NAME).read_text(encoding="utf-8"))
    (root / NAME).write_text(json.dumps(facts | changes), encoding="utf-8")


def build(root: Path) -> None:
    manifest = read_manifest(root)
    write_projects(root, manifest, ["reference"])
    fill_vendor(root, manifest, "reference")


def refusal(project: Path, stage: str | None = "dev") -> str:
    with pytest.raises(BuildError) as refused:
        guard.check_project(project, stage)
    return str(refused.value)


def test_a_built_project_passes(project: Path) -> None:
    guard.check_project(project, "dev")


def test_a_project_without_vendor_is_refused_with_the_command_that_mends_it(project: Path) -> None:
    shutil.rmtree(project / "vendor")
    told = refusal(project)
    assert "services/reference/vendor is missing" in told
    assert "python -m infra.build reference" in told


@pytest.mark.parametrize("changed", ["shared/java.py", "services/reference/sites.py", "services/reference/app.py"])
def test_changed_code_is_stale(project: Path, changed: str) -> None:
    with (project.parents[1] / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "services/reference/vendor is stale" in refusal(project)


def test_a_renamed_file_is_stale(project: Path) -> None:
    (project.parents[1] / "shared/java.py").rename(project.parents[1] / "shared/javanese.py")
    assert "is stale" in refusal(project)


def test_another_version_of_a_library_is_stale(project: Path) -> None:
    lock = project.parents[1] / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(text.replace("pymysql==", "pymysql==9"), encoding="utf-8")
    write_projects(project.parents[1], read_manifest(project.parents[1]), ["reference"])
    assert "is stale" in refusal(project)


def test_a_lost_file_makes_it_partial(project: Path) -> None:
    (project / "vendor/shared/java.py").unlink()
    assert "services/reference/vendor is partial" in refusal(project)


def test_a_file_edited_in_vendor_makes_it_partial(project: Path) -> None:
    (project / "vendor/shared/java.py").write_text("", encoding="utf-8")
    assert "is partial" in refusal(project)


def test_a_config_that_drifted_is_refused(project: Path) -> None:
    change_manifest(project.parents[1], memory=256)
    assert "services/reference/.chalice/config.json: not what chalice.json says" in refusal(project)


def test_another_python_is_refused(project: Path) -> None:
    change_manifest(project.parents[1], python="3.99")
    assert f"Functions run on Python 3.99, and this is {running_python()}" in refusal(project)


def test_an_unknown_stage_is_refused(project: Path) -> None:
    assert refusal(project, "prdo") == "chalice.json has no stage 'prdo'; it has local, dev, prod."


def test_chalice_packages_what_was_built(project: Path, chalice: Chalice, tmp_path: Path, isolated: Isolated) -> None:
    done = chalice("package", "--stage", "dev", str(tmp_path / "out"))
    assert not done.returncode, done.stderr
    with ZipFile(tmp_path / "out" / "deployment.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "function")
    assert len(names) == len(set(names))
    vendored = {path.relative_to(project / "vendor").as_posix() for path in (project / "vendor").rglob("*.*")}
    assert vendored - set(names) == {path for path in vendored if (project / "vendor" / path).is_dir()}
    assert isolated(tmp_path / "function", "import app\nprint(len(app.app.endpoints) > 300)") == "True\n"


def test_chalice_refuses_what_is_stale(project: Path, chalice: Chalice, tmp_path: Path) -> None:
    with (project / "sites.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    done = chalice("package", "--stage", "dev", str(tmp_path / "out"))
    assert done.returncode == 4
    assert done.stderr.startswith("Refused: services/reference/vendor is stale")
    assert not (tmp_path / "out").exists()


def test_chalice_refuses_an_unknown_stage(chalice: Chalice, tmp_path: Path) -> None:
    done = chalice("package", "--stage", "prdo", str(tmp_path / "out"))
    assert done.returncode == 4
    assert done.stderr == "Refused: chalice.json has no stage 'prdo'; it has local, dev, prod.\n"
