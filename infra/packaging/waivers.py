"""Rules of the gates that a function's template cannot or must not hold, each with its reason; a gate names those that excuse nothing."""

from typing import Any

from infra.packaging.release import Resource

ON_ALL = "Network interfaces and traces are no resources that a policy could name; nothing else is allowed on all."
ROLE = (("guard", "role_without_all_resources", ON_ALL), ("checkov", "CKV_AWS_111", ON_ALL))
STAGE = (
    (
        "checkov",
        "CKV_AWS_120",
        "What is answered depends on who asks: a cache would give one caller's data to another.",
    ),
)
UNRESERVED = (
    ("checkov", "CKV_AWS_115", "What one function reserves the others lack: chalice.json says where that is wanted."),
)


def waived(resource: Resource, waivers: tuple[tuple[str, str, str], ...]) -> Resource:
    """The resource with its waivers (gate, rule, reason) in its Metadata, where `tis check` looks for them."""
    metadata: dict[str, Any] = {}
    for gate, rule, reason in waivers:
        metadata.setdefault(gate, {"skip": []})["skip"].append({"id": rule, "comment": reason})
    return {**resource, "Metadata": metadata} if metadata else resource
