"""Which resource of an API answers a call, as API Gateway's REST APIs choose it.

The most specific resource that has the method, or ANY: at each level a literal segment goes before `{name}`, and that before
`{name+}`, which takes one segment or more. A resource without the method is passed over for one that fits less well. A slash
at the end makes no difference. What of this AWS says, and what others have measured, is told in docs/adr/0015.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from infra.routing.compiled.cells import METHODS
from services.strangler.decide import segments_of
from shared.trie import split

Value = TypeVar("Value")
INTEGRATION = "x-amazon-apigateway-integration"
ANY = "x-amazon-apigateway-any-method"
UNRESERVED = ":@!$&'()*+,=~"


class Fit(NamedTuple, Generic[Value]):
    """A resource that a path fits: its value, and which of the path's segments each of its variables holds."""

    value: Value
    held: tuple[slice, ...]
    greedy: bool = False


class Resources(Generic[Value]):
    """Resources as a tree. A segment `{name}` is variable, `{name+}` greedy; a parent has one such child at most."""

    __slots__ = ("greedy", "literals", "value", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, Resources[Value]] = {}
        self.variable: tuple[str, Resources[Value]] | None = None
        self.greedy: tuple[str, Value] | None = None
        self.value: Value | None = None

    def add(self, segments: Sequence[str], value: Value) -> None:
        """Put a resource in; ValueError where API Gateway would refuse it beside those that are there."""
        node = self
        for depth, segment in enumerate(segments, 1):
            if not segment.startswith("{"):
                node = node.literals.setdefault(segment, Resources())
                continue
            taken = (node.greedy or node.variable or (segment,))[0]
            if segment != taken:
                raise ValueError(f"/{'/'.join(segments)}: beside {segment} there is {taken}, and only one can be.")
            if segment.endswith("+}"):
                if depth < len(segments):
                    raise ValueError(f"/{'/'.join(segments)}: nothing can follow {segment}.")
                node.greedy = (segment, value)
                return
            node.variable = node.variable or (segment, Resources())
            node = node.variable[1]
        node.value = value

    def fits(self, segments: Sequence[str], depth: int = 0, held: tuple[slice, ...] = ()) -> Iterator[Fit[Value]]:
        """The resources that a path fits, the most specific first."""
        if depth == len(segments):
            if self.value is not None:
                yield Fit(self.value, held)
            return
        segment = segments[depth]
        if (literal := self.literals.get(segment)) is not None:
            yield from literal.fits(segments, depth + 1, held)
        if self.variable and segment:
            yield from self.variable[1].fits(segments, depth + 1, (*held, slice(depth, depth + 1)))
        if self.greedy:
            yield Fit(self.greedy[1], (*held, slice(depth, len(segments))), greedy=True)


class Matched(NamedTuple):
    """What answers a call: the resource and its method (or ANY), what its variables hold as sent, the integration."""

    resource: str
    method: str
    parameters: dict[str, str]
    integration: Mapping[str, Any]


class Matcher:
    """The resources of an OpenAPI document, read once; ValueError where API Gateway would refuse them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._resources: Resources[tuple[str, tuple[str, ...], Mapping[str, Any]]] = Resources()
        for path, operations in document["paths"].items():
            segments = [part for part in split(path) if part]
            names = tuple(part.strip("{+}") for part in segments if part.startswith("{"))
            self._resources.add(segments, (path, names, operations))

    def match(self, method: str, path: str) -> Matched | None:
        """What answers a call; None where the gateway says 403 itself. The path is as sent, without the query.

        It is read as the facade reads it: decoded once, dots resolved, path parameters and doubled slashes left out.
        """
        segments, sent = segments_of(path), split(path)
        if len(sent) != len(segments):
            sent = [quote(part, safe=UNRESERVED) for part in segments]
        return self.match_segments(method, segments, sent)

    def match_segments(self, method: str, segments: Sequence[str], sent: Sequence[str]) -> Matched | None:
        """The same for the segments of a path, however it was read, and as it was sent."""
        if method not in METHODS:
            return None
        for fit in self._resources.fits(segments if segments[-1] else segments[:-1]):
            path, names, operations = fit.value
            for name in (method.lower(), ANY):
                if (operation := operations.get(name)) is not None:
                    held = {name: "/".join(sent[part]) for name, part in zip(names, fit.held, strict=True)}
                    return Matched(path, "ANY" if name == ANY else method, held, operation[INTEGRATION])
        return None
