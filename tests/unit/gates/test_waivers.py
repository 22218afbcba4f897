import pytest

from infra.gates.findings import Finding
from infra.gates.gates import find_faults
from infra.gates.waivers import Waiver, bare, excuse, told
from infra.ground.standing import Ground
from tests.unit.gates.planting import with_changed

FOUND = Finding("guard", "x.yaml", "Queue", "queue_encrypted", "Why.", "Mend.")
WAIVER = Waiver("x.yaml", "Queue", "guard", "queue_encrypted", "It is empty.")


def rules(*waivers: Waiver, gates: tuple[str, ...] = ("guard",)) -> list[str]:
    return [one.rule for one in excuse([FOUND], waivers, gates)]


def test_exception_with_a_reason_excuses() -> None:
    assert rules(WAIVER) == []


def test_exception_without_a_reason_excuses_nothing() -> None:
    assert rules(WAIVER._replace(reason="")) == ["queue_encrypted", "no_reason"]


@pytest.mark.parametrize("change", [{"resource": "Other"}, {"rule": "other"}, {"file": "y.yaml"}])
def test_exception_that_excuses_nothing_is_told(change: dict[str, str]) -> None:
    assert rules(WAIVER._replace(**change)) == ["queue_encrypted", "not_needed"]


def test_exception_from_a_gate_that_did_not_run_is_left_alone() -> None:
    assert rules(WAIVER, WAIVER._replace(gate="checkov", rule="CKV_1")) == []


def test_forms_of_exceptions() -> None:
    metadata = {
        "checkov": {"skip": [{"id": "CKV_1", "comment": "A reason."}]},
        "cfn-lint": {"config": {"ignore_checks": ["W1"]}, "comment": "Another."},
    }
    assert list(told(metadata)) == [("checkov", "CKV_1", "A reason."), ("lint", "W1", "Another.")]
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Metadata": metadata}}}
    assert bare(template) == {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    assert template["Resources"]["Queue"]["Metadata"] == metadata


def test_needless_exception_in_a_template_is_told(ground: Ground) -> None:
    skip = {"guard": {"skip": [{"id": "database_not_public", "comment": "No."}]}}
    found = find_faults(with_changed(ground, {"data.Reader.Metadata": skip}), ["lint", "checkov"])
    assert [(one.gate, one.rule, one.resource) for one in found] == [("waivers", "not_needed", "Reader")]
