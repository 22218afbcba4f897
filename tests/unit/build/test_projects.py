from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.build.manifest import Entry, Manifest, Permission, Stage
from infra.build.projects import config, drifted, policy, write_projects
from infra.cli import build as command


def test_config_holds_defaults_and_the_services_own(manifest: Manifest) -> None:
    own = Entry(libraries=(), memory=256, environment={"TIS_AUDIENCE": "tis"})
    made = config(manifest.model_copy(update={"services": {"upload": own}}), "upload")
    assert made["app_name"] == "tis-upload"
    assert made["lambda_memory_size"] == 256
    assert made["lambda_timeout"] == manifest.timeout
    assert made["environment_variables"]["TIS_AUDIENCE"] == "tis"
    assert made["environment_variables"]["POWERTOOLS_SERVICE_NAME"] == "tis-upload"


def test_config_stage_says_only_what_differs(manifest: Manifest) -> None:
    stages = {"dev": Stage(), "prod": Stage(memory=2048, environment={"A": "b"})}
    made = config(manifest.model_copy(update={"stages": stages}), "reference")["stages"]
    assert made == {
        "dev": {"api_gateway_stage": "dev"},
        "prod": {"api_gateway_stage": "prod", "lambda_memory_size": 2048, "environment_variables": {"A": "b"}},
    }


def test_apps_have_names_of_their_own(manifest: Manifest) -> None:
    names = {config(manifest, service)["app_name"] for service in manifest.services}
    assert len(names) == len(manifest.services)


def test_policy_permits_the_log_and_what_the_entry_says() -> None:
    made = policy(Entry(libraries=(), permissions=(Permission(actions=("sqs:SendMessage",), resources=("arn:q",)),)))
    assert [statement["Action"] for statement in made["Statement"]][1:] == [["sqs:SendMessage"]]
    assert "logs:PutLogEvents" in made["Statement"][0]["Action"]


def test_drift_is_found_written_and_gone(checkout: Path, manifest: Manifest) -> None:
    write_projects(checkout, manifest, ["reference"])
    assert drifted(checkout, manifest, ["reference"]) == []
    (checkout / "services/reference/requirements.txt").unlink()
    (checkout / "services/reference/.chalice/config.json").write_text("{}", encoding="utf-8")
    lost = ["services/reference/.chalice/config.json", "services/reference/requirements.txt"]
    assert drifted(checkout, manifest, ["reference"]) == lost
    assert write_projects(checkout, manifest, ["reference"]) == lost
    assert drifted(checkout, manifest, ["reference"]) == []


def test_build_check_names_the_drift(checkout: Path, monkeypatch: pytest.MonkeyPatch, manifest: Manifest) -> None:
    monkeypatch.setattr(command, "ROOT", checkout)
    write_projects(checkout, manifest, ["reference"])
    runner = CliRunner()
    assert runner.invoke(command.build, ["--check", "reference"]).exit_code == 0
    (checkout / "services/reference/.chalice/policy.json").write_text("{}", encoding="utf-8")
    found = runner.invoke(command.build, ["--check", "reference", "--json"])
    assert found.exit_code == 3
    assert found.stdout == '{"drifted": ["services/reference/.chalice/policy.json"]}\n'
    assert (checkout / "services/reference/.chalice/policy.json").read_text(encoding="utf-8") == "{}"


def test_build_unknown_service_is_a_sentence() -> None:
    refused = CliRunner().invoke(command.build, ["referense"])
    assert refused.exit_code == 1
    assert "chalice.json has no service 'referense'" in refused.stderr
