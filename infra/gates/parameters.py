"""The parameters gate: what stands in parameters/<stage>.<region>.json is what the templates ask for and allow."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.gates.findings import Finding
from infra.ground.reading import Template
from infra.ground.standing import PARAMETERS, REGIONS, Ground, Place

GATE = "parameters"
NUMBERS = ("Number", "List<Number>")


def break_parameters(ground: Ground) -> Iterator[Finding]:
    """Every value that a template refuses, lacks, or does not know."""
    for place, values in ground.parameters.items():
        file = f"{PARAMETERS}/{place}.json"
        if place.region not in REGIONS:
            why = f"{place} names a region that nothing of ours stands in."
            yield Finding(
                GATE, file, "", "unknown_region", why, f"Name it <stage>.<region>.json with {' or '.join(REGIONS)}."
            )
        yield from misnamed(file, place, ground.templates, values)
        for name, template in ground.templates.items():
            for parameter, allowed in template.get("Parameters", {}).items():
                if parameter not in values:
                    if "Default" not in allowed:
                        why = f"{name}.yaml needs {parameter}, and {place} gives it no value."
                        yield Finding(GATE, file, parameter, "missing", why, wanted(allowed))
                    continue
                yield from refused(file, name, parameter, allowed, values[parameter])


def misnamed(
    file: str, place: Place, templates: Mapping[str, Template], values: Mapping[str, Any]
) -> Iterator[Finding]:
    """Values that no template asks for, and a stage or region that is not the file's own."""
    known = {parameter for template in templates.values() for parameter in template.get("Parameters", {})}
    for parameter in values:
        if parameter not in known:
            why = f"No template has a parameter {parameter}."
            yield Finding(GATE, file, parameter, "unknown", why, "Take it out, or mend its spelling.")
    if "Stage" in values and values["Stage"] != place.stage:
        why = (
            f"The file is for {place.stage} and says Stage {values['Stage']}: it would change the other stage's stacks."
        )
        yield Finding(GATE, file, "Stage", "other_stage", why, f"Set Stage to {place.stage}.")


def refused(file: str, template: str, parameter: str, allowed: Mapping[str, Any], value: Any) -> Iterator[Finding]:
    """The constraints of a template that a value breaks, each told with what is allowed."""
    texts = [one.strip() for one in str(value).split(",")] if is_list(allowed) else [plain(value)]
    for text in texts:
        for rule, broken in CONSTRAINTS.items():
            if broken(allowed, text):
                why = f"{template}.yaml refuses {parameter} {text!r}."
                yield Finding(GATE, file, parameter, rule, why, wanted(allowed))


def is_list(allowed: Mapping[str, Any]) -> bool:
    """Does a parameter take several values, with commas between?"""
    return bool(allowed["Type"] == "CommaDelimitedList" or allowed["Type"].startswith("List<"))


def plain(value: Any) -> str:
    """A value as CloudFormation takes it: everything is a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(text: str) -> float | None:
    """A text as a number; None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def beyond(allowed: Mapping[str, Any], text: str) -> bool:
    """Is a number out of its range?"""
    value = number(text)
    if value is None or allowed["Type"] not in NUMBERS:
        return False
    low, high = (number(plain(allowed.get(key, ""))) for key in ("MinValue", "MaxValue"))
    return (low is not None and value < low) or (high is not None and value > high)


def too_long(allowed: Mapping[str, Any], text: str) -> bool:
    """Is a text longer or shorter than it may be?"""
    low, high = (number(plain(allowed.get(key, ""))) for key in ("MinLength", "MaxLength"))
    return (low is not None and len(text) < low) or (high is not None and len(text) > high)


Broken = Callable[[Mapping[str, Any], str], bool]
CONSTRAINTS: dict[str, Broken] = {
    "not_a_number": lambda allowed, text: allowed["Type"] in NUMBERS and number(text) is None,
    "out_of_range": beyond,
    "length": too_long,
    "not_allowed": lambda allowed, text: (
        "AllowedValues" in allowed and text not in [plain(one) for one in allowed["AllowedValues"]]
    ),
    "pattern": lambda allowed, text: (
        "AllowedPattern" in allowed and re.fullmatch(allowed["AllowedPattern"], text) is None
    ),
}


def wanted(allowed: Mapping[str, Any]) -> str:
    """What a parameter takes, in a sentence: the template's own where it has one."""
    if "ConstraintDescription" in allowed:
        return str(allowed["ConstraintDescription"])
    facts = [
        f"{word} {allowed[key]}"
        for key, word in (
            ("AllowedValues", "one of"),
            ("AllowedPattern", "matching"),
            ("MinValue", "at least"),
            ("MaxValue", "at most"),
        )
        if key in allowed
    ]
    return f"Give it a {allowed['Type']}{' ' if facts else ''}{', '.join(facts)}."
