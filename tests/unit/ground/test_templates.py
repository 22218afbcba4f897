"""What holds for every template: its size, its words, its tags, and that it stands on what is made before it."""

import re
from itertools import groupby
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from infra.ground.reading import FOLDER
from tests.unit.ground.places import PLACES, ROOT, TEMPLATES, Place

LINES = 350
TAG_PROPERTIES = ("Tags", "HealthCheckTags", "HostedZoneTags", "ResourceTags")
ACCOUNT = re.compile(r"\b\d{12}\b")
CONSTRAINTS = ("AllowedPattern", "AllowedValues", "MinValue", "MaxValue")
RESOURCES = [(name, logical) for name, template in TEMPLATES.items() for logical in template["Resources"]]


def order() -> list[str]:
    """The stacks in the order in which docs/ground.md has them made."""
    text = (ROOT / "docs" / "ground.md").read_text(encoding="utf-8")
    return re.findall(r"^\| \d+ \| `([a-z-]+)` \|", text, re.MULTILINE)


def exports(name: str) -> dict[str, Any]:
    """What a template gives to the others, by the name as it stands there."""
    outputs = TEMPLATES[name].get("Outputs", {}).values()
    return {output["Export"]["Name"]["Fn::Sub"]: output for output in outputs if "Export" in output}


def imports(value: Any) -> set[str]:
    """What a template takes from the others, as it stands there."""
    if isinstance(value, dict):
        if set(value) == {"Fn::ImportValue"}:
            return {value["Fn::ImportValue"]["Fn::Sub"]}
        return set().union(*map(imports, value.values()))
    return set().union(*map(imports, value)) if isinstance(value, list) else set()


def stands(place: Place, name: str) -> bool:
    """Is there anything of a template in a place? A stack of nothing cannot be made."""
    return any(place.resolver.holds(name, one.get("Condition")) for one in TEMPLATES[name]["Resources"].values())


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_short_and_says_what_it_is(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES, f"{name}.yaml is long: split it"
    assert TEMPLATES[name]["Description"].endswith(".")
    assert not ACCOUNT.search(text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_parameters_refuse_what_is_out_of_range_in_a_sentence(name: str) -> None:
    for parameter in TEMPLATES[name]["Parameters"].values():
        assert any(constraint in parameter for constraint in CONSTRAINTS)
        assert re.fullmatch(r"[A-Z].*\.", parameter["ConstraintDescription"])
        assert parameter["Description"].endswith(".")
        assert "Default" not in parameter, "what a stage is stands in its file of parameters alone"


def test_a_parameter_means_the_same_everywhere() -> None:
    told = sorted(
        ((key, parameter) for template in TEMPLATES.values() for key, parameter in template["Parameters"].items()),
        key=lambda pair: pair[0],
    )
    for key, same in groupby(told, key=lambda pair: pair[0]):
        ranges = [{one: parameter.get(one) for one in ("Type", *CONSTRAINTS)} for _, parameter in same]
        assert all(one == ranges[0] for one in ranges), f"{key} is one thing here and another there"


@pytest.mark.parametrize(("name", "logical"), RESOURCES)
def test_resource_is_tagged_with_its_stage(name: str, logical: str) -> None:
    resource = TEMPLATES[name]["Resources"][logical]
    known = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-2", resource["Type"]).schema["properties"]
    if not known.keys() & set(TAG_PROPERTIES):
        return
    tags = next((resource["Properties"][key] for key in TAG_PROPERTIES if key in resource["Properties"]), ())
    pairs = tags.items() if isinstance(tags, dict) else ((tag["Key"], tag["Value"]) for tag in tags)
    assert ("tis-stage", {"Ref": "Stage"}) in list(pairs)


def test_stacks_are_listed_in_an_order_that_works() -> None:
    made: set[str] = set()
    assert sorted(order()) == sorted(TEMPLATES)
    for name in order():
        assert imports(TEMPLATES[name]) <= made, f"{name} stands on what is not there yet"
        assert not made & exports(name).keys(), f"{name} exports what another does"
        made |= exports(name).keys()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_what_a_place_imports_stands_there(place: Place) -> None:
    standing = [name for name in order() if stands(place, name)]
    there = {
        export
        for name in standing
        for export, output in exports(name).items()
        if place.resolver.holds(name, output.get("Condition"))
    }
    assert set().union(*(imports(TEMPLATES[name]) for name in standing)) <= there


def test_the_second_region_lacks_what_belongs_to_the_first() -> None:
    second = next(place for place in PLACES if place.region == place.parameters["SecondRegion"])
    assert {name for name in order() if not stands(second, name)} == {"budgets", "tables"}


# What the templates of services import (infra/packaging).
@pytest.mark.parametrize(
    "export",
    [
        "AlarmTopicArn",
        "BrokerArn",
        "BrokerSecretArn",
        "DatabaseResourceId",
        "DataKeyArn",
        "DomainName",
        "FunctionKeyArn",
        "FunctionSecurityGroup",
        "FunctionSubnets",
        "LogKeyArn",
        "OldServersUrl",
        "ServicesDomainName",
        "VpcLinkId",
        "WebAclArn",
    ],
)
def test_services_find_what_they_import(export: str) -> None:
    assert any(f"tis-${{Stage}}-{export}" in exports(name) for name in TEMPLATES)
