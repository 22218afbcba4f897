"""CloudFormation templates as data: YAML's short forms (`!Ref`, `!Sub`) read as the long ones."""

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "templates"
UNPREFIXED = ("Ref", "Condition")

Template = dict[str, Any]


class TemplateError(Exception):
    """A template that cannot be read; the message names the file and the line."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping, in which no key may stand twice: YAML itself takes the last one in silence."""
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!GetAtt A.B` as {"Fn::GetAtt": ["A", "B"]}, `!Ref X` as {"Ref": "X"}."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in UNPREFIXED else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]  # `2012-10-17` is a text
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template(path: Path) -> Template:
    """A template, whole; TemplateError where it is no YAML, or no template."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader with tags
    except yaml.YAMLError as error:
        raise TemplateError(f"{path.name} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(found, dict) or not isinstance(found.get("Resources"), dict):
        raise TemplateError(f"{path.name} is no template: it has no Resources.")
    return found


def read_templates(folder: Path = FOLDER) -> dict[str, Template]:
    """All templates of the ground by the name of their file, without its ending."""
    return {path.stem: read_template(path) for path in sorted(folder.glob("*.yaml"))}
