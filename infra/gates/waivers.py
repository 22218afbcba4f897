"""Exceptions from gates: each stands in the Metadata of its resource, with the rule and a reason.

    Metadata:
      guard:                       # or another gate
        skip:
          - id: group_not_open
            comment: The old servers' balancer answers everyone, as it always has.

checkov's own form is the same; cfn-lint's (`cfn-lint: config: ignore_checks`) is read too, with a `comment` beside `config`.
"""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from infra.gates.findings import Finding
from infra.ground.reading import Template
from infra.ground.standing import Ground

GATE = "waivers"
FORMS = ("lint", "guard", "reach", "ways-out", "losses", "regions", "checkov")
CFN_LINT = "cfn-lint"


class Waiver(NamedTuple):
    """One exception: which finding is excused, and why."""

    file: str
    resource: str
    gate: str
    rule: str
    reason: str

    def excuses(self, finding: Finding) -> bool:
        """Is this what it excuses?"""
        return (finding.file, finding.resource, finding.gate, finding.rule) == self[:4]


def read_waivers(ground: Ground) -> list[Waiver]:
    """All exceptions of all templates."""
    return [
        Waiver(ground.file(name), logical, gate, rule, reason)
        for name, template in ground.templates.items()
        for logical, resource in template["Resources"].items()
        for gate, rule, reason in told(resource.get("Metadata", {}))
    ]


def told(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(gate, rule, reason) for each exception in a resource's Metadata."""
    for gate in FORMS:
        for skip in metadata.get(gate, {}).get("skip", ()):
            yield gate, str(skip.get("id", "")), str(skip.get("comment", "")).strip()
    own = metadata.get(CFN_LINT, {})
    for rule in own.get("config", {}).get("ignore_checks", ()):
        yield "lint", str(rule), str(own.get("comment", "")).strip()


def bare(template: Template) -> Template:
    """A template without its exceptions, so that a gate tells all, and what needs none is seen."""
    copied = deepcopy(template)
    for resource in copied["Resources"].values():
        for form in (*FORMS, CFN_LINT):
            resource.get("Metadata", {}).pop(form, None)
        if not resource.get("Metadata", {"": ""}):
            del resource["Metadata"]
    return copied


def excuse(findings: Collection[Finding], waivers: Collection[Waiver], gates: Collection[str]) -> Iterator[Finding]:
    """The findings that nothing excuses, and the exceptions of the gates that ran which have no reason, or no use."""
    yield from (one for one in findings if not any(waiver.reason and waiver.excuses(one) for waiver in waivers))
    for waiver in waivers:
        what = f"The exception from {waiver.gate} {waiver.rule}"
        if waiver.gate not in gates:
            continue
        if not waiver.reason:
            yield Finding(
                GATE,
                waiver.file,
                waiver.resource,
                "no_reason",
                f"{what} gives no reason.",
                "Say in its `comment` why it may stand.",
            )
        elif not any(waiver.excuses(one) for one in findings):
            yield Finding(
                GATE, waiver.file, waiver.resource, "not_needed", f"{what} excuses nothing.", "Take it out of Metadata."
            )
