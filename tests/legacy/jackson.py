"""JSON as the old servers print it: Jackson's pretty printer, two blanks a level, blanks around the colon."""

from json.encoder import encode_basestring
from typing import Any


def pretty(value: Any, indent: str = "") -> str:
    """A value as Jackson indents it; arrays open no level of their own."""
    match value:
        case dict():
            fields = [f"\n{indent}  {quoted(name)} : {pretty(inner, indent + '  ')}" for name, inner in value.items()]
            return f"{{{','.join(fields)}\n{indent}}}" if fields else "{ }"
        case list():
            return joined([pretty(inner, indent) for inner in value])
        case str():
            return quoted(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def joined(printed: list[str]) -> str:
    """An array of values that are printed already."""
    return f"[ {', '.join(printed)} ]" if printed else "[ ]"


def quoted(text: str) -> str:
    """A text as JSON, letters beyond ASCII as they are."""
    return encode_basestring(text)
