"""What a template is written for: one service, packed for one stage."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from infra.packaging.terms import Environments, Extras, StageExtras

ALIAS = "live"
DIGITS = 12  # of a hash in a logical name: enough to tell any two versions apart

Resource = dict[str, Any]
Resources = dict[str, Resource]


@dataclass(frozen=True)
class Release:
    """A service, its stage, what chalice.json says under `aws` of both, and the SHA-256 of the packed zip."""

    prefix: str
    stage: str
    service: str
    extras: Extras
    stage_extras: StageExtras
    digest: str

    @property
    def name(self) -> str:
        """What the stack, the API and its function are called: `tis-reference-prod`, as Chalice would."""
        return f"{self.prefix}-{self.service}-{self.stage}"

    @property
    def environments(self) -> Environments:
        """The execution environments of the API on this stage."""
        return self.extras.environments.get(self.stage, Environments())

    def ground(self, export: str) -> dict[str, str]:
        """A value that a stack of the ground exports for this stage."""
        return {"Fn::ImportValue": f"{self.prefix}-{self.stage}-{export}"}


def short_hash(value: Any) -> str:
    """A few digits that change with a value: the part of a logical name that makes CloudFormation publish anew."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:DIGITS]


def attribute(resource: str, name: str = "Arn") -> dict[str, list[str]]:
    """An attribute of another resource of the template."""
    return {"Fn::GetAtt": [resource, name]}
