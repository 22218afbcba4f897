"""cfn-lint, cfn-guard and checkov as they are used here."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.gates import checkov
from infra.gates.guard import RULES, judge
from infra.gates.lint import break_lint
from infra.ground.standing import Ground


def of(resources: dict[str, Any]) -> Ground:
    return Ground({"x": {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}}, {})


def test_lint_tells_the_resource_and_the_rule() -> None:
    found = list(break_lint(of({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}})))
    assert [(one.file, one.resource, one.rule) for one in found] == [("infra/templates/x.yaml", "Queue", "E3002")]
    assert "'Colour' was unexpected" in found[0].why


def test_lint_looks_at_both_regions() -> None:
    zone = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "AvailabilityZone": "eu-west-2a"}}
    assert list(break_lint(of({"Subnet": zone})))


def test_rules_that_break_more_than_a_report_holds_are_told_all_the_same() -> None:
    statement = {"Effect": "Allow", "Action": [f"s3:Get{'x' * 60}{index}*" for index in range(40)], "Resource": "a"}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "x"}}]},
            "Policies": [{"PolicyDocument": {"Statement": [statement]}}],
        },
    }
    found = judge("x.yaml", "Role", role)
    assert [one.rule for one in found] == ["many_rules"]


@pytest.mark.parametrize("path", sorted(RULES.glob("*.guard")), ids=lambda path: path.name)
def test_every_rule_says_why_and_what_mends_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    messages = [part.split(">>")[0].strip().splitlines() for part in text.split("<<")[1:]]
    assert len(messages) >= text.count("\nrule ")
    assert all(len(lines) == 2 for lines in messages), path


def test_checkov_is_installed_from_hashes_and_no_index() -> None:
    lock = checkov.INSTALL.with_name("checkov.lock").read_text(encoding="utf-8")
    assert "checkov==" in lock
    assert "--hash=sha256:" in lock
    assert "--index" not in lock
    assert "://" not in lock


def test_checkov_tells_failures_of_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = {
        "file_path": "/x.json",
        "resource": "AWS::SQS::Queue.Queue",
        "check_id": "CKV_AWS_27",
        "check_name": "Ensure all data in the queue is encrypted",
    }
    seen: list[dict[str, Any]] = []

    def run(folder: Path) -> list[dict[str, Any]]:
        seen.append(json.loads((folder / "x.json").read_text(encoding="utf-8")))
        return [{"results": {"failed_checks": [failure]}}]

    monkeypatch.setattr(checkov, "install", lambda: None)
    monkeypatch.setattr(checkov, "run", run)
    queue = {"Type": "AWS::SQS::Queue", "Metadata": {"checkov": {"skip": [{"id": "CKV_AWS_27", "comment": "No."}]}}}
    found = list(checkov.break_checkov(of({"Queue": queue})))
    assert [(one.resource, one.rule) for one in found] == [("Queue", "CKV_AWS_27")]
    assert "Metadata" not in seen[0]["Resources"]["Queue"]


@pytest.mark.skipif(
    not (checkov.FOLDER / "installed.lock").exists(), reason="checkov is not installed: make check does it"
)
def test_checkov_itself_finds_a_fault() -> None:
    found = list(checkov.break_checkov(of({"Queue": {"Type": "AWS::SQS::Queue"}})))
    assert ("Queue", "CKV_AWS_27") in {(one.resource, one.rule) for one in found}
