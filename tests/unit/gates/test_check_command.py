import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from infra.cli.check import check
from infra.ground.standing import ROOT

QUICK = ("--skip", "checkov", "--skip", "lint")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(check, [*arguments, *QUICK])


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """A template with a queue that has no dead letters."""
    path = tmp_path / "queues.yaml"
    resource = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": "alias/x"}}
    path.write_text(yaml.safe_dump({"Resources": {"Lost": resource}}), encoding="utf-8")
    return path


def test_checkout_passes() -> None:
    done = run()
    assert (done.exit_code, done.stdout) == (0, "")


def test_fault_is_told_with_file_resource_rule_and_what_mends_it(queue: Path) -> None:
    done = run(str(queue))
    assert done.exit_code == 4
    assert done.stdout.splitlines() == [
        str(queue),
        "  Lost  guard: queue_has_dead_letter",
        "      A message that cannot be handled comes back until it is lost.",
        "      Give it a RedrivePolicy with a deadLetterTargetArn; a dead-letter queue itself has a RedriveAllowPolicy.",
    ]


def test_fault_as_json(queue: Path) -> None:
    done = run(str(queue), "--json")
    assert done.exit_code == 4
    assert [(one["resource"], one["rule"]) for one in json.loads(done.stdout)["findings"]] == [
        ("Lost", "queue_has_dead_letter")
    ]


def test_file_takes_the_place_of_the_one_of_its_name(tmp_path: Path) -> None:
    text = (ROOT / "infra/templates/messaging.yaml").read_text(encoding="utf-8")
    path = tmp_path / "messaging.yaml"
    path.write_text(text.replace("PubliclyAccessible: false", "PubliclyAccessible: true"), encoding="utf-8")
    done = run(str(path), "--json")
    assert [one["rule"] for one in json.loads(done.stdout)["findings"]] == ["broker_not_public"]


def test_template_of_one_stage_is_held_to_the_exports_of_that_stage(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    imports = {"Fn::ImportValue": "tis-prod-LogKeyArn"}
    path.write_text(
        json.dumps({"Resources": {"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": imports}}}}),
        encoding="utf-8",
    )
    assert run(str(path)).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("LogKeyArn", "LogKey"), encoding="utf-8")
    done = run(str(path), "--json")
    assert {one["rule"] for one in json.loads(done.stdout)["findings"]} == {"not_exported"}


def test_parameters_that_do_not_do_are_told(tmp_path: Path) -> None:
    values = json.loads((ROOT / "infra/templates/parameters/prod.eu-west-2.json").read_text(encoding="utf-8"))
    path = tmp_path / "prod.eu-west-2.json"
    path.write_text(json.dumps({**values, "Zones": "7"}), encoding="utf-8")
    done = run(str(path))
    assert done.exit_code == 4
    assert "There are 2 zones (a small stage) or 3." in done.stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad.yaml", "Resources: [", "bad.yaml is not YAML"),
        ("none.yaml", "Colour: red", "none.yaml is no template"),
        ("bad.json", "{", "bad.json is not JSON"),
        ("odd.json", "{}", "parameters are named <stage>.<region>.json"),
        ("bad.toml", "[", "bad.toml cannot be read"),
    ],
)
def test_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    done = run(str(path))
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output
