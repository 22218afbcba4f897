"""The permissions gate: a function may do what its code does, on what is its own, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from infra.gates.findings import Finding
from infra.gates.imports import code_of
from infra.ground.standing import ROOT, Ground

GATE = "permissions"
OWN = re.compile(r"^[^*]*\btis[-/][^*]+\*?$")  # names of ours; a star at the end stands for what AWS adds to them


class Wide(NamedTuple):
    """A resource that is wider than one of ours, for some actions, and why it may be."""

    actions: str
    resource: str
    reason: str


WIDE = (
    Wide(
        "ec2:*NetworkInterface*", "*", "Lambda takes these to put a function into subnets; AWS knows no narrower form"
    ),
    Wide(
        "rds-db:connect", "dbuser:*/*", "the cluster's id is not known before it stands; the user is the service's own"
    ),
    Wide(
        "kms:Decrypt", "key/*", "a secret's key is not known before it stands; the condition lets Secrets Manager alone"
    ),
)
# Actions that the code does not take itself, and who does.
TAKEN_FOR_IT = {
    "logs:CreateLogGroup": "Lambda's runtime writes the log",
    "logs:CreateLogStream": "Lambda's runtime writes the log",
    "logs:PutLogEvents": "Lambda's runtime writes the log",
    "ec2:CreateNetworkInterface": "Lambda puts the function into subnets",
    "ec2:DescribeNetworkInterfaces": "Lambda puts the function into subnets",
    "ec2:DeleteNetworkInterface": "Lambda takes the function out of subnets",
    "secretsmanager:GetSecretValue": "the Parameter Store asks for a secret in the caller's name",
    "kms:Decrypt": "Secrets Manager opens a secret in the caller's name",
}
# Actions that the code takes under another word than the action's own.
CALLED = {"rds-db:connect": "rds-db"}


def break_permissions(ground: Ground) -> Iterator[Finding]:
    """Wildcards that are not on the list, and actions that nothing takes."""
    for file, policy in ground.policies.items():
        words = code_of(ROOT, file.split("/")[1])
        statements = policy.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            if statement.get("Effect") == "Allow":
                yield from too_wide(file, statement)
                yield from idle(file, statement, words)


def listed(value: Any) -> list[str]:
    """One text, or a list of them, as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def too_wide(file: str, statement: Mapping[str, Any]) -> Iterator[Finding]:
    """Actions and resources of a statement that say more than they should."""
    actions = listed(statement.get("Action"))
    for key in sorted({"NotAction", "NotResource"} & statement.keys()):
        why = f"{key} allows everything but a few."
        yield Finding(GATE, file, key, "all_but", why, f"Name what is allowed, under {key.removeprefix('Not')}.")
    for action in actions:
        if "*" in action:
            why = f"{action} allows what nobody has thought of, and what AWS adds later."
            yield Finding(GATE, file, action, "wildcard_action", why, "Name the actions one by one, in chalice.json.")
    for resource in listed(statement.get("Resource")):
        within = resource.split(":", 5)[-1]
        if "*" not in within or OWN.match(within):
            continue
        for action in actions:
            if not any(fnmatchcase(action, one.actions) and fits(within, one.resource) for one in WIDE):
                why = f"{action} is allowed on {resource}, which is more than what is ours."
                mend = "Name the resource in chalice.json; or, where AWS knows none, add a row with the reason to WIDE."
                yield Finding(GATE, file, action, "wildcard_resource", why, mend)


def fits(resource: str, pattern: str) -> bool:
    """Is a resource no wider than a pattern of the list?"""
    return resource == pattern or (pattern != "*" and fnmatchcase(resource, pattern))


def idle(file: str, statement: Mapping[str, Any], code: str) -> Iterator[Finding]:
    """Actions of a statement that neither the service's code nor AWS in its name takes."""
    for action in listed(statement.get("Action")):
        if action in TAKEN_FOR_IT or "*" in action:
            continue
        if re.search(rf"\b{re.escape(CALLED.get(action, action.partition(':')[2]))}\b", code) is None:
            why = f"Nothing in the service's code takes {action}."
            yield Finding(GATE, file, action, "action_not_used", why, "Take it out of the permissions in chalice.json.")
