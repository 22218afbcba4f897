"""Which endpoint a call is for: all of a service's endpoints by path template and method."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.errors import MethodNotAllowed
from shared.http.endpoint import Endpoint
from shared.http.reply import Reply
from shared.http.request import Request
from shared.trie import Trie

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
API = "api"  # the segment below which calls need a token, unless an endpoint says otherwise


class Found(NamedTuple):
    """The endpoint for a call, if there is one, with what its path parameters hold; else all at that path."""

    endpoint: Endpoint | None
    parameters: tuple[str, ...]
    at_path: Sequence[Endpoint] = ()
    below_api: bool = True

    @property
    def needs_token(self) -> bool:
        """Is a token needed, even to be told that there is no such path or method?"""
        if self.endpoint is not None:
            return self.endpoint.allow.needs_token
        return self.below_api and (not self.at_path or any(one.allow.needs_token for one in self.at_path))

    def options(self, request: Request) -> Reply:
        """The answer of a path to a method that it does not have: OPTIONS tells those that it has."""
        if request.method != "OPTIONS":
            raise MethodNotAllowed
        methods = {one.method for one in self.at_path} | {"OPTIONS"}
        allowed = [method for method in METHODS if method in methods or (method == "HEAD" and "GET" in methods)]
        return Reply(None, 200, {"Allow": ",".join(allowed)})


class EndpointTable:
    """The endpoints of a service below its context path."""

    def __init__(self, context: str) -> None:
        self._guarded = [context.strip("/"), API]
        self._trie: Trie[dict[str, Endpoint]] = Trie()

    def add(self, endpoint: Endpoint) -> None:
        """Add an endpoint; ValueError where another has its method and template."""
        node = self._trie.at(endpoint.template)
        node.value = node.value or {}
        if (other := node.value.get(endpoint.method)) is not None:
            raise ValueError(
                f"{endpoint.method} {endpoint.template} is served twice: {other.source}, {endpoint.source}"
            )
        node.value[endpoint.method] = endpoint

    def find(self, request: Request) -> Found:
        """The endpoint for a request: HEAD follows GET, and a path holds with and without a trailing slash."""
        segments = request.segments
        method = "GET" if request.method == "HEAD" else request.asked_method
        fitting = list(self._at(segments))
        for methods, held in fitting:
            if method in methods:
                return Found(methods[method], held)
        at_path = [one for methods, _ in fitting for one in methods.values()]
        return Found(None, (), at_path, segments[:2] == self._guarded)

    def _at(self, segments: list[str]) -> Iterator[tuple[dict[str, Endpoint], tuple[str, ...]]]:
        yield from self._trie.matches(segments)
        if segments[-1] == "":
            yield from self._trie.matches(segments[:-1])
