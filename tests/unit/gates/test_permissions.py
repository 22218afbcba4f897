from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from infra.gates.permissions import TAKEN_FOR_IT, WIDE, break_permissions
from infra.ground.standing import Ground

POLICY = "services/profile/.chalice/policy-prod.json"


def found(ground: Ground, **statement: Any) -> list[tuple[str, str]]:
    policy = deepcopy(dict(ground.policies[POLICY]))
    policy["Statement"].append({"Effect": "Allow", **statement})
    planted = replace(ground, policies={POLICY: policy})
    return [(one.rule, one.resource) for one in break_permissions(planted)]


def test_there_are_policies_and_they_pass(ground: Ground) -> None:
    assert POLICY in ground.policies
    assert list(break_permissions(ground)) == []


@pytest.mark.parametrize(
    ("action", "resource", "rule"),
    [
        ("dynamodb:*", "arn:aws:dynamodb:*:*:table/tis-routes-prod", "wildcard_action"),
        ("dynamodb:GetItem", "*", "wildcard_resource"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/*", "wildcard_resource"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:*tis-routes", "wildcard_resource"),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:*:*:table/tis-routes-prod", "action_not_used"),
    ],
)
def test_permission_that_is_too_much_is_told(ground: Ground, action: str, resource: str, rule: str) -> None:
    assert found(ground, Action=[action], Resource=[resource]) == [(rule, action)]


def test_everything_but_is_told(ground: Ground) -> None:
    assert found(ground, NotAction=["iam:*"], Resource=["arn:aws:s3:::tis-x"]) == [("all_but", "NotAction")]


def test_permission_of_its_own_passes(ground: Ground) -> None:
    assert found(ground, Action="dynamodb:GetItem", Resource="arn:aws:dynamodb:*:*:table/tis-routes-prod") == []


def test_every_exception_is_needed(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(len(WIDE)):
        monkeypatch.setattr("infra.gates.permissions.WIDE", WIDE[:index] + WIDE[index + 1 :])
        assert list(break_permissions(ground)), WIDE[index]
    monkeypatch.undo()
    actions = {
        action
        for policy in ground.policies.values()
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    assert TAKEN_FOR_IT.keys() <= actions
