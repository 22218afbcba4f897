"""Files that are to be judged in the place of those of the checkout."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from infra.ground.reading import TemplateError, read_template
from infra.ground.standing import PARAMETERS, ROOT, Ground, place_of, read_json, read_partners

POLICY = "policy"
ENDINGS = (".yaml", ".yml", ".json", ".template", ".toml")


def put_in(ground: Ground, paths: Iterable[Path]) -> tuple[Ground, set[str]]:
    """The ground with these files in it, and the names that findings tell them by.

    A template takes the place of the one of its name, or stands beside the others; a file of parameters is that of the place
    that it is named for. TemplateError for a file that is none of these.
    """
    files: set[str] = set()
    for path in spread(paths):
        ground, name = put_one(ground, path)
        files.add(name)
    return ground, files


def spread(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, those of folders too."""
    for path in paths:
        if path.is_dir():
            yield from (one for one in sorted(path.rglob("*")) if one.suffix in ENDINGS)
        else:
            yield path


def put_one(ground: Ground, path: Path) -> tuple[Ground, str]:
    """The ground with one file more, and its name there."""
    shown = name_of(path)
    if path.suffix == ".toml":
        return replace(ground, partners=read_partners(path)), shown
    if path.suffix != ".json":
        return with_template(ground, path, shown)
    content = read_json(path)
    if not isinstance(content, dict):
        raise TemplateError(f"{path.name} is neither a template, nor parameters, nor a policy.")
    if "Resources" in content:
        return with_template(ground, path, shown)
    if "Statement" in content:
        return replace(ground, policies={**ground.policies, shown: content}), shown
    place = place_of(path)
    if not place.region:
        raise TemplateError(f"{path.name} is no template and no policy; parameters are named <stage>.<region>.json.")
    return replace(ground, parameters={**ground.parameters, place: content}), f"{PARAMETERS}/{place}.json"


def with_template(ground: Ground, path: Path, shown: str) -> tuple[Ground, str]:
    """The ground with a template, under its file's own name."""
    templates = {**ground.templates, path.stem: read_template(path)}
    return replace(ground, templates=templates, names={**ground.names, path.stem: shown}), shown


def name_of(path: Path) -> str:
    """A file's path from the root of the checkout, or as it was given where it lies elsewhere."""
    full = path.resolve()
    return str(full.relative_to(ROOT)) if full.is_relative_to(ROOT) else str(path)
