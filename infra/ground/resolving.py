"""CloudFormation's intrinsic functions worked out for one place: what would stand there, as plain data.

A reference to a resource becomes the text `<template.LogicalId.Attribute>` (`<network.Vpc>`, `<network.Vpc.CidrBlock>`), so
that joining, splitting and substituting stay operations on texts. Functions that are not known stay as they are written.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.ground.reading import Template

SUBSTITUTE = re.compile(r"\$\{([^!}][^}]*)\}")
LITERAL = re.compile(r"\$\{!([^}]*)\}")
ZONES = "abc"
ACCOUNT = "000000000000"  # no account is written down anywhere
NOTHING = object()  # AWS::NoValue


class Resolver:
    """The functions of all templates of one stage in one region, with the values of their parameters."""

    def __init__(self, templates: Mapping[str, Template], stage: str, region: str, values: Mapping[str, Any]) -> None:
        self._templates = templates
        self._values = values
        self._pseudo = {
            "AWS::Region": region,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NOTHING,
        }
        self._stage, self._region = stage, region
        self.exports: dict[str, tuple[str, Any]] = {}
        for name, template in templates.items():
            for output in template.get("Outputs", {}).values():
                if "Export" in output and self.holds(name, output.get("Condition")):
                    self.exports[str(self.value(name, output["Export"]["Name"]))] = (name, output["Value"])

    def holds(self, name: str, condition: str | None) -> bool:
        """Is a condition of a template, by its name, true here? No condition is always true."""
        if condition is None:
            return True
        return bool(self.value(name, self._templates[name].get("Conditions", {}).get(condition, False)))

    def value(self, name: str, value: Any) -> Any:
        """A value of a template with all that is known put in."""
        if isinstance(value, dict):
            if len(value) == 1:
                function, argument = next(iter(value.items()))
                if function in LAZY:
                    return LAZY[function](self, name, argument)
                if function in FUNCTIONS:
                    return FUNCTIONS[function](self.value(name, argument))
            found = ((key, self.value(name, one)) for key, one in value.items())
            return {key: one for key, one in found if one is not NOTHING}
        if isinstance(value, list):
            return [one for one in (self.value(name, one) for one in value) if one is not NOTHING]
        return value

    def reference(self, name: str, target: str) -> Any:
        """What `Ref` gives: a parameter's value, a pseudo parameter's, or the mark of a resource."""
        if target == "AWS::StackName":
            return f"tis-{self._stage}-{name}"
        if target in self._pseudo:
            return self._pseudo[target]
        parameter = self._templates[name].get("Parameters", {}).get(target)
        if parameter is None:
            return f"<{name}.{target}>"
        value = self._values.get(target, parameter.get("Default", f"<parameter.{target}>"))
        return typed(parameter["Type"], value)

    def attribute(self, name: str, argument: Any) -> Any:
        """What `Fn::GetAtt` gives: the block of a network where the template tells it, else the resource's mark."""
        target, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        resource = self._templates[name]["Resources"].get(target, {})
        if attribute == "CidrBlock" and "CidrBlock" in resource.get("Properties", {}):
            return self.value(name, resource["Properties"]["CidrBlock"])
        return f"<{name}.{target}.{attribute}>"

    def imported(self, name: str, argument: Any) -> Any:
        """What `Fn::ImportValue` gives: the exported value, `<nowhere.Name>` where no template exports it here."""
        export = str(self.value(name, argument))
        source, value = self.exports.get(export, (name, f"<nowhere.{export}>"))
        return self.value(source, value)

    def substituted(self, name: str, argument: Any) -> str:
        """What `Fn::Sub` gives."""
        text, own = argument if isinstance(argument, list) else (argument, {})
        own = self.value(name, own)

        def found(match: re.Match[str]) -> str:
            target = match.group(1)
            if target in own:
                return str(own[target])
            return str(self.attribute(name, target) if "." in target else self.reference(name, target))

        return LITERAL.sub(r"${\1}", SUBSTITUTE.sub(found, text))

    def chosen(self, name: str, argument: Any) -> Any:
        """What `Fn::If` gives."""
        condition, yes, no = argument
        return self.value(name, yes if self.holds(name, condition) else no)

    def mapped(self, name: str, argument: Any) -> Any:
        """What `Fn::FindInMap` gives."""
        mapping, first, second = (self.value(name, one) for one in argument[:3])
        return self._templates[name].get("Mappings", {}).get(mapping, {}).get(first, {}).get(second)

    def zones(self, name: str, argument: Any) -> list[str]:
        """What `Fn::GetAZs` gives: three zones, which every region of ours has."""
        return [f"{self.value(name, argument) or self._region}{zone}" for zone in ZONES]


def as_text(value: Any) -> str:
    """A value as CloudFormation compares it: `true` is a text like any other."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(kind: str, value: Any) -> Any:
    """A parameter's value as its type has it: a list where that is one, a number where it is known to be one."""
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [one.strip() for one in str(value).split(",")]
    if kind == "Number" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value


def networks(argument: Any) -> Any:
    """What `Fn::Cidr` gives: the first `count` networks of `bits` host bits in a block."""
    block, count, bits = (*argument, 8)[:3]
    found = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
    return [str(next(found)) for _ in range(int(count))]


def selected(argument: Any) -> Any:
    """What `Fn::Select` gives; a mark where there are fewer."""
    index, values = argument
    return values[int(index)] if isinstance(values, list) and int(index) < len(values) else f"<none.{index}>"


# What must see its argument before it is worked out.
LAZY: dict[str, Callable[[Resolver, str, Any], Any]] = {
    "Ref": Resolver.reference,
    "Fn::GetAtt": Resolver.attribute,
    "Fn::ImportValue": Resolver.imported,
    "Fn::Sub": Resolver.substituted,
    "Fn::If": Resolver.chosen,
    "Fn::FindInMap": Resolver.mapped,
    "Fn::GetAZs": Resolver.zones,
    "Condition": lambda resolver, name, argument: (
        resolver.holds(name, argument) if isinstance(argument, str) else {"Condition": resolver.value(name, argument)}
    ),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "Fn::Equals": lambda pair: as_text(pair[0]) == as_text(pair[1]),
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::Not": lambda one: not one[0],
    "Fn::Join": lambda pair: pair[0].join(str(one) for one in pair[1]),
    "Fn::Split": lambda pair: str(pair[1]).split(pair[0]),
    "Fn::Select": selected,
    "Fn::Cidr": networks,
    "Fn::Length": len,
    "Fn::ToJsonString": json.dumps,
    "Fn::Base64": str,
}
