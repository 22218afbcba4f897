"""Path templates in a trie: which of them fit a path, the most literal first."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Trie(Generic[Value]):
    """Values under path templates such as `/api/sites/{id}`; a template that ends in `/` has an empty last segment."""

    __slots__ = ("children", "parameter", "value")

    def __init__(self) -> None:
        self.children: dict[str, Trie[Value]] = {}
        self.parameter: Trie[Value] | None = None
        self.value: Value | None = None

    def at(self, template: str) -> "Trie[Value]":
        """The node of a template, made where it does not exist yet."""
        node = self
        for segment in split(template):
            if segment.startswith("{"):
                node.parameter = node.parameter or Trie()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, Trie())
        return node

    def matches(self, segments: Sequence[str]) -> Iterator[tuple[Value, tuple[str, ...]]]:
        """Each fitting value with what its parameters hold: literal segments before parameters, from the left."""
        end = len(segments)
        untried: list[tuple[Trie[Value], int, tuple[str, ...]]] = [(self, 0, ())]
        while untried:
            node, depth, held = untried.pop()
            while depth < end:
                segment, parameter = segments[depth], node.parameter
                depth += 1
                if (literal := node.children.get(segment)) is not None:
                    if parameter is not None and segment:
                        untried.append((parameter, depth, (*held, segment)))
                    node = literal
                elif parameter is not None and segment:
                    node, held = parameter, (*held, segment)
                else:
                    break
            else:
                if node.value is not None:
                    yield node.value, held


def split(path: str) -> list[str]:
    """The segments of a path that begins with `/`."""
    return path.split("/")[1:] or [""]
