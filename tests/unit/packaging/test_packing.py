"""What `tis package` writes, and what it refuses to pack."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.build.contents import file_digest
from infra.build.manifest import BuildError
from infra.cli import package as command
from infra.packaging.packing import default_folder, write_template
from tests.unit.packaging.conftest import Checkout


def write(checkout: Checkout, stage: str = "prod", service: str = "strangler") -> Path:
    folder = default_folder(checkout.root, service, stage)
    return write_template(checkout.root, checkout.manifest, service, stage, folder).folder


def refusal(checkout: Checkout, stage: str = "prod") -> str:
    with pytest.raises(BuildError) as refused:
        write(checkout, stage)
    assert not (checkout.root / "build/strangler/template" / stage).exists()
    return str(refused.value)


def run(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(command, "ROOT", checkout.root)
    monkeypatch.setattr(command, "read_manifest", lambda _: checkout.manifest)
    return CliRunner().invoke(command.package, arguments)


def test_a_template_and_its_zip_are_written_and_again_the_same(checkout: Checkout) -> None:
    folder = write(checkout)
    assert sorted(path.name for path in folder.iterdir()) == ["deployment.zip", "template.json"]
    first = {path.name: file_digest(path) for path in folder.iterdir()}
    assert {path.name: file_digest(path) for path in write(checkout).iterdir()} == first
    version = next(
        name for name in json.loads((folder / "template.json").read_text())["Resources"] if "Version" in name
    )
    assert version.startswith("APIHandlerVersion")


def test_a_stale_project_is_refused(checkout: Checkout) -> None:
    with (checkout.root / "shared/java.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "services/strangler/vendor is stale" in refusal(checkout)


def test_a_partial_project_is_refused(checkout: Checkout) -> None:
    (checkout.root / "services/strangler/vendor/shared/trie.py").unlink()
    assert "services/strangler/vendor is partial" in refusal(checkout)


def test_an_unknown_stage_is_refused(checkout: Checkout) -> None:
    assert "chalice.json has no stage 'prdo'" in refusal(checkout, "prdo")


def test_another_python_is_refused(checkout: Checkout) -> None:
    checkout.change(python="3.99")
    assert "Functions run on Python 3.99, and this is" in refusal(checkout)


def test_what_chalice_cannot_pack_is_told_and_what_stood_before_stays(checkout: Checkout) -> None:
    folder = write(checkout)
    stood = {path.name: file_digest(path) for path in folder.iterdir()}
    shutil.rmtree(checkout.root / "services/strangler/.chalice/deployments", ignore_errors=True)
    (checkout.root / "services/strangler/.chalice/deployments").write_text("in the way", encoding="utf-8")
    with pytest.raises(BuildError, match="Chalice cannot pack strangler: "):
        write(checkout)
    assert {path.name: file_digest(path) for path in folder.iterdir()} == stood


def test_the_command_says_what_it_wrote(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(checkout, monkeypatch, "strangler", "--stage", "prod", "--output", str(tmp_path / "out"), "--json")
    assert done.exit_code == 0, done.output
    (facts,) = json.loads(done.stdout)["services"].values()
    assert Path(facts["template"]) == tmp_path / "out/strangler/template.json"
    assert Path(facts["zip"]).stat().st_size == facts["zip_bytes"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["strangler", "--stage", "prdo"], 1, "Error: chalice.json has no stage 'prdo'; it has local, dev, prod."),
        (["tcs", "--stage", "prod"], 1, "Error: chalice.json has no service 'tcs'"),
        (["reference", "--stage", "prod", "--routes", "x.json"], 2, "--routes is for the API of strangler"),
        (["--stage", "prod", "--routes", "none.json"], 1, "Error: none.json cannot be read as JSON"),
        (["strangler"], 2, "Missing option '--stage'"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    built: Checkout, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str
) -> None:
    done = run(built, monkeypatch, *arguments)
    assert done.exit_code == code
    assert told in done.stderr
    assert not (built.root / "build/strangler/template").exists()
