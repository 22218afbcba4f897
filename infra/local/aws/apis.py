"""A deployed stage of an API: which operation of its document a request calls, and what stands with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from infra.local.aws.facts import ApiFacts
from infra.routing.compiled.matcher import Matcher

AUTHORIZER = "x-amazon-apigateway-authorizer"
BINARY_TYPES = "x-amazon-apigateway-binary-media-types"
ANY = "x-amazon-apigateway-any-method"
VARIABLE = re.compile(r"\$\{stageVariables\.([^}]+)\}")


class Authorizer(NamedTuple):
    """Who decides whether a caller may: its name, the header with the token, and the document's word on it."""

    name: str
    header: str
    terms: Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """What a request calls: the resource, what its parameters hold as sent, the integration, the authorizer in front."""

    resource: str
    parameters: Mapping[str, str]
    integration: Mapping[str, Any]
    authorizer: Authorizer | None

    @property
    def decoded(self) -> dict[str, str]:
        """The parameters as functions get them."""
        return {name: unquote(value) for name, value in self.parameters.items()}


class Api:
    """A stage, ready to be called."""

    def __init__(self, facts: ApiFacts) -> None:
        self.facts = facts
        document = facts.document
        self._binary_types = frozenset(document.get(BINARY_TYPES, ()))
        self._paths: Mapping[str, Any] = document.get("paths", {})
        self._schemes: Mapping[str, Any] = {
            **document.get("securityDefinitions", {}),
            **document.get("components", {}).get("securitySchemes", {}),
        }
        self._matcher = Matcher({"paths": self._paths})

    def find(self, method: str, path: str) -> Call | None:
        """What a method calls at a path as sent, without its query; None where there is nothing."""
        found = self._matcher.match(method, path)
        if found is None:
            return None
        told = self._paths[found.resource][ANY if found.method == "ANY" else method.lower()]
        return Call(found.resource, found.parameters, found.integration, next(self._authorizers(told), None))

    def _authorizers(self, told: Mapping[str, Any]) -> Iterator[Authorizer]:
        for need in told.get("security", self.facts.document.get("security", ())):
            for name in need:
                scheme = self._schemes.get(name, {})
                if AUTHORIZER in scheme:
                    yield Authorizer(name, str(scheme.get("name", "Authorization")).lower(), scheme[AUTHORIZER])

    def with_variables(self, text: str) -> str:
        """A text of the document with the stage's variables put in."""
        return VARIABLE.sub(lambda found: self.facts.variables.get(found[1], ""), text)

    def is_binary(self, media_type: str) -> bool:
        """Is it one of the types that the API passes on as bytes?"""
        kind = media_type.partition(";")[0].strip().lower()
        return any(one in ("*/*", kind) or one == f"{kind.partition('/')[0]}/*" for one in self._binary_types)
