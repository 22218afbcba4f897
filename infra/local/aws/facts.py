"""What is deployed, as the fakes tell it to the gateway: functions and APIs, and their form as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

LATEST = "$LATEST"
LAMBDA_ARN_PARTS = 7  # of a function's ARN without a qualifier


@dataclass(frozen=True)
class FunctionFacts:
    """One version of a function, as Lambda holds it; `code` and `layers` are the folders that hold what was unpacked."""

    arn: str
    version: str
    name: str
    region: str
    handler: str
    runtime: str
    code: str
    layers: tuple[str, ...]
    environment: Mapping[str, str]
    timeout: int  # seconds
    memory: int  # MB
    tmp: int  # MB
    concurrency: int | None
    description: str = ""  # any change of a function's configuration ends its environments: `tis restart` changes this

    @property
    def qualified(self) -> str:
        """The ARN with the version."""
        return f"{self.arn}:{self.version}"


@dataclass(frozen=True)
class ApiFacts:
    """One stage of an API: the document that was deployed to it, and the stage's variables."""

    id: str
    name: str
    stage: str
    region: str
    account: str
    document: Mapping[str, Any]
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Deployed:
    """All of it. `aliases` lead to versions, both as ARNs; `base_paths` to the id and stage of an API."""

    functions: tuple[FunctionFacts, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    apis: tuple[ApiFacts, ...] = ()
    base_paths: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the wire."""
        return asdict(self)

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Deployed":
        """From the wire."""
        return cls(
            tuple(FunctionFacts(**{**one, "layers": tuple(one["layers"])}) for one in told["functions"]),
            told["aliases"],
            tuple(ApiFacts(**one) for one in told["apis"]),
            {path: (place[0], place[1]) for path, place in told["base_paths"].items()},
        )


def qualified(arn: str) -> str:
    """A function's ARN with its qualifier, `$LATEST` where it names none."""
    return f"{arn}:{LATEST}" if arn.count(":") < LAMBDA_ARN_PARTS else arn
