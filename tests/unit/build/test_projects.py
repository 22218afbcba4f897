from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.build.manifest import Entry, Manifest, Permission, Stage
from infra.build.policy import policy
from infra.build.projects import config, drifted, write_projects
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
    prod = Stage(memory=2048, environment={"A": "b"}, subnets=("subnet-1",), security_groups=("sg-1",))
    entry = Entry(libraries=(), settings=("TIS_X",), secrets=("TIS_Y",))
    changed = {"stages": {"dev": Stage(), "prod": prod}, "services": {"upload": entry}}
    made = config(manifest.model_copy(update=changed), "upload")["stages"]
    places = "/tis/{0}/upload/TIS_X,/aws/reference/secretsmanager/tis/{0}/upload/TIS_Y"
    assert made == {
        "dev": {"api_gateway_stage": "dev", "environment_variables": {"TIS_PARAMETERS": places.format("dev")}},
        "prod": {
            "api_gateway_stage": "prod",
            "lambda_memory_size": 2048,
            "environment_variables": {"TIS_PARAMETERS": places.format("prod"), "A": "b"},
            "subnet_ids": ["subnet-1"],
            "security_group_ids": ["sg-1"],
        },
    }


def test_apps_have_names_of_their_own(manifest: Manifest) -> None:
    names = {config(manifest, service)["app_name"] for service in manifest.services}
    assert len(names) == len(manifest.services)


def test_policy_permits_what_the_entry_says_on_this_stage(manifest: Manifest) -> None:
    own = Permission(actions=("sqs:SendMessage",), resources=("arn:aws:sqs:*:*:tis-{stage}-mail",))
    entry = Entry(libraries=(), permissions=(own,))
    made = policy(manifest.model_copy(update={"services": {"upload": entry}}), "upload", "dev")["Statement"]
    assert made[0]["Resource"] == ["arn:aws:logs:*:*:log-group:/aws/lambda/tis-upload-dev*"]
    assert made[-1] == {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sqs:*:*:tis-dev-mail"]}
    assert {action.partition(":")[0] for part in made for action in part["Action"]} == {"logs", "ec2", "sqs"}


def test_policy_permits_settings_secrets_and_the_database_of_the_service_alone(manifest: Manifest) -> None:
    entry = Entry(libraries=(), settings=("TIS_DATABASE_URL",), secrets=("TIS_KEY",))
    made = policy(manifest.model_copy(update={"services": {"upload": entry}}), "upload", "prod")["Statement"]
    places = {action: part["Resource"] for part in made for action in part["Action"]}
    assert places["secretsmanager:GetSecretValue"] == ["arn:aws:secretsmanager:*:*:secret:tis/prod/upload/*"]
    assert places["rds-db:connect"] == ["arn:aws:rds-db:*:*:dbuser:*/upload"]
    assert all(
        "prod/upload" in name for part in made if "ssm:GetParameters" in part["Action"] for name in part["Resource"]
    )


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
    (checkout / "services/reference/.chalice/policy-dev.json").write_text("{}", encoding="utf-8")
    found = runner.invoke(command.build, ["--check", "reference", "--json"])
    assert found.exit_code == 3
    assert found.stdout == '{"drifted": ["services/reference/.chalice/policy-dev.json"]}\n'
    assert (checkout / "services/reference/.chalice/policy-dev.json").read_text(encoding="utf-8") == "{}"


def test_build_unknown_service_is_a_sentence() -> None:
    refused = CliRunner().invoke(command.build, ["referense"])
    assert refused.exit_code == 1
    assert "chalice.json has no service 'referense'" in refused.stderr
