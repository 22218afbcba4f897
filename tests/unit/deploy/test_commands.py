"""`tis deploy`, `tis diff`, `tis restart` and `tis undeploy` as they are typed, and Chalice's own command beside them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli import deploy as commands
from infra.deploy import deploying
from infra.deploy.deploying import deploy_services
from tests.unit.deploy.conftest import FakeAws, Opened, write_manifest

RUN_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"
DEADLINE = 120
FACTS = {"url", "api", "changed", "seconds", "zip_bytes", "status"}


@pytest.fixture
def project(checkout: Path, aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout as the current directory; the AWS is named by the environment."""
    assert aws.address
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(deploying, "await_answer", lambda _service, _url: 200)
    return checkout


def typed(command: str, *arguments: str, stage: str = "local") -> Result:
    return CliRunner().invoke(getattr(commands, command), [*arguments, "--stage", stage])


@pytest.mark.usefixtures("project")
def test_deploy_tells_programs_what_answers_where() -> None:
    done = typed("deploy", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert set(told["services"]) == {"strangler", "upload"}
    assert all(set(one) == FACTS for one in told["services"].values())
    assert typed("diff").exit_code == 0
    assert [one["changed"] for one in json.loads(typed("deploy", "--json").stdout)["services"].values()] == [
        False,
        False,
    ]


def test_diff_says_what_would_change_and_exits_with_3(project: Path) -> None:
    assert typed("diff").stdout == "strangler: create\nupload: create\n"
    typed("deploy")
    (project / "services" / "upload" / "page.py").write_text("", encoding="utf-8")
    done = typed("diff")
    assert done.exit_code == 3
    assert done.stdout == "strangler: nothing\nupload: update\n  new: services/upload/page.py\n"


@pytest.mark.usefixtures("project")
def test_undeploy_asks_first() -> None:
    typed("deploy")
    refused = typed("undeploy", "upload")
    assert refused.exit_code == 4
    assert "This takes upload away from stage local" in refused.stderr
    assert typed("undeploy", "upload", "--yes").stdout == "upload\n"


@pytest.mark.usefixtures("project")
def test_restart_tells_of_what_is_not_deployed() -> None:
    typed("deploy", "upload")
    done = typed("restart")
    assert done.exit_code == 1
    assert done.stdout == "upload\n"
    assert "strangler: is not deployed to stage local." in done.stderr


def test_a_service_that_fails_leaves_the_others_and_the_exit_code_1(project: Path) -> None:
    write_manifest(project, services={"upload": {"libraries": []}, "other": {"libraries": []}})
    done = typed("deploy", "--json")
    assert done.exit_code == 1
    assert list(json.loads(done.stdout)["services"]) == ["upload"]
    assert "other: services/other has no app.py yet" in done.stderr


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("stage", "sentence"),
    [
        ("prdo", "chalice.json has no stage 'prdo'; it has local, dev, prod."),
        ("dev", "Stage dev is not for a local AWS, and AWS_ENDPOINT_URL names one"),
    ],
)
def test_a_stage_that_cannot_be_meant_is_refused(stage: str, sentence: str) -> None:
    done = typed("deploy", stage=stage)
    assert done.exit_code == 1
    assert sentence in done.stderr


def test_stage_local_is_never_deployed_to_aws_itself(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    done = typed("deploy")
    assert done.exit_code == 1
    assert "Stage local is for the local AWS, and none is named." in done.stderr
    assert project.is_dir()


def test_a_manifest_with_a_typing_error_names_it(project: Path) -> None:
    write_manifest(project, servises={})
    done = typed("deploy")
    assert done.exit_code == 1
    assert "chalice.json is not as it should be: servises" in done.stderr


def chalice(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", RUN_CHALICE, *arguments],
        cwd=project / "services" / "upload",
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_chalices_own_deploy_finds_what_another_checkout_deployed(project: Path, opened: Opened, aws: FakeAws) -> None:
    deploy_services(opened(project), ["upload"])
    (project / "services/upload/.chalice/deployed/local.json").unlink()
    done = chalice(project, "deploy", "--stage", "local")
    assert done.returncode == 0, done.stderr
    assert "Updating rest API" in done.stdout
    assert len(aws.apis()) == 1


def test_chalices_own_deploy_refuses_a_stage_of_templates(project: Path, opened: Opened) -> None:
    deploy_services(opened(project), ["upload"])
    done = chalice(project, "deploy", "--stage", "prod")
    assert done.returncode == 1
    assert done.stderr == "Stage prod is deployed by its templates: `tis deploy upload --stage prod`.\n"
