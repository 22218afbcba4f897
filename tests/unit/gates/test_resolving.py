from typing import Any

import pytest

from infra.ground.reading import Template
from infra.ground.standing import Place, stand

NETWORK: Template = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "Zones": {"Type": "Number", "Default": "3"},
        "Names": {"Type": "CommaDelimitedList", "Default": "a, b"},
    },
    "Mappings": {"Sizes": {"dev": {"nodes": 1}}},
    "Conditions": {
        "IsWide": {"Fn::Equals": [{"Ref": "Zones"}, "3"]},
        "IsNarrow": {"Fn::Not": [{"Condition": "IsWide"}]},
        "IsAbroad": {"Fn::And": [{"Condition": "IsWide"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}]},
    },
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
        "Narrow": {"Type": "AWS::EC2::VPC", "Condition": "IsNarrow"},
        "Abroad": {"Type": "AWS::EC2::VPC", "Condition": "IsAbroad"},
    },
    "Outputs": {
        "Subnets": {
            "Value": {"Fn::Join": [",", [{"Ref": "Vpc"}, {"Fn::GetAtt": ["Vpc", "Arn"]}]]},
            "Export": {"Name": {"Fn::Sub": "tis-${Stage}-Subnets"}},
        }
    },
}


def resolved(value: Any) -> Any:
    templates = {"network": NETWORK, "user": {"Parameters": NETWORK["Parameters"], "Resources": {}}}
    templates["user"] |= {"Mappings": NETWORK["Mappings"], "Conditions": NETWORK["Conditions"]}
    templates["user"]["Resources"] = {"One": {"Type": "AWS::X::Y", "Properties": {"Value": value}}}
    standing = stand(templates, Place("dev", "eu-west-2"), {"Stage": "dev"})
    return standing.resources["user.One"]["Properties"].get("Value", "nothing")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Zones"}, 3),
        ({"Ref": "Names"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "eu-west-2"),
        ({"Ref": "AWS::StackName"}, "tis-dev-user"),
        ({"Ref": "One"}, "<user.One>"),
        ({"Ref": "AWS::NoValue"}, "nothing"),
        ([1, {"Ref": "AWS::NoValue"}, 2], [1, 2]),
        ({"Fn::GetAtt": ["One", "Arn"]}, "<user.One.Arn>"),
        ({"Fn::Sub": "${Stage}/${One}/${One.Arn}/${!Kept}"}, "dev/<user.One>/<user.One.Arn>/${Kept}"),
        ({"Fn::Sub": ["${Own}-${Stage}", {"Own": {"Ref": "Stage"}}]}, "dev-dev"),
        ({"Fn::If": ["IsWide", "wide", "narrow"]}, "wide"),
        ({"Fn::If": ["IsAbroad", "abroad", {"Ref": "AWS::NoValue"}]}, "nothing"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "nodes"]}, 1),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "eu-west-2b"),
        ({"Fn::Select": [1, {"Fn::Cidr": ["10.1.0.0/16", 3, 8]}]}, "10.1.1.0/24"),
        ({"Fn::Split": [",", {"Fn::ImportValue": "tis-dev-Subnets"}]}, ["<network.Vpc>", "<network.Vpc.Arn>"]),
        ({"Fn::ImportValue": {"Fn::Sub": "tis-${Stage}-Nothing"}}, "<nowhere.tis-dev-Nothing>"),
        ({"Fn::Unheard": 1}, {"Fn::Unheard": 1}),
    ],
)
def test_function_is_worked_out(written: Any, expected: Any) -> None:
    assert resolved(written) == expected


def test_resources_under_a_condition_that_does_not_hold_do_not_stand() -> None:
    at_home = stand({"network": NETWORK}, Place("dev", "eu-west-2"), {"Stage": "dev"})
    abroad = stand({"network": NETWORK}, Place("dev", "eu-west-1"), {"Stage": "dev"})
    assert sorted(at_home.resources) == ["network.Vpc"]
    assert sorted(abroad.resources) == ["network.Abroad", "network.Vpc"]
