"""The zip of each service as Chalice packs it, byte code in it; the peer is the zip without anything pruned."""

import json
import sys
import tempfile
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from infra.build.manifest import NAME, BuildError, Manifest, read_manifest
from infra.build.package import fill_vendor
from infra.build.projects import write_projects
from infra.packaging.packing import ZIP, run_chalice
from tests.bench.measure import CannotRun, Line, line, tell
from tests.integration.packages.copied import copy_project

MOST_MEGABYTES = 15.0
STAGE = "local"
NEVER_SHIPPED = ["*__pycache__/*", "../*"]  # byte code of another build, and commands: an unpruned package has neither


def bench_services() -> list[Line]:
    """The megabytes of each service's zip, and how many of its modules have byte code."""
    with tempfile.TemporaryDirectory() as scratch:
        pruned, whole = copy_project(Path(scratch) / "pruned"), copy_project(Path(scratch) / "whole")
        prune_nothing(whole)
        return [told for name in read_manifest(pruned).services for told in lines_of(name, pruned, whole)]


def prune_nothing(root: Path) -> None:
    """Have a copy of the project pack its libraries as they are published."""
    place = root / NAME
    told = json.loads(place.read_text(encoding="utf-8"))
    place.write_text(json.dumps({**told, "pruned": {"*": NEVER_SHIPPED}}), encoding="utf-8")


def lines_of(service: str, pruned: Path, whole: Path) -> list[Line]:
    """A service's two lines. Raises CannotRun."""
    try:
        own, other = packed(pruned, service), packed(whole, service)
    except BuildError as error:
        raise CannotRun(str(error)) from error
    megabytes, unpruned = own.stat().st_size / 1e6, other.stat().st_size / 1e6
    peer = f"unpruned: {unpruned:.1f} MB"
    return [
        line(f"zip.{service}", megabytes, "MB", peer=peer, at_most=MOST_MEGABYTES),
        line(f"zip.{service}.byte_code", compiled_share(own), "% of modules", at_least=100.0),
    ]


def packed(root: Path, service: str) -> Path:
    """The zip that Chalice makes of a service."""
    tell(f"packing {service}, {root.name}")
    manifest: Manifest = read_manifest(root)
    write_projects(root, manifest, [service])
    fill_vendor(root, manifest, service)
    folder = root / "build" / service / "packed"
    run_chalice(root / "services" / service, STAGE, folder)
    return folder / ZIP


def compiled_share(place: Path) -> float:
    """How many of a zip's modules have byte code in it, in percent."""
    with ZipFile(place) as file:
        names = set(file.namelist())
    modules = [PurePosixPath(name) for name in names if name.endswith(".py")]
    tag = sys.implementation.cache_tag
    compiled = [path for path in modules if str(path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc") in names]
    return 100 * len(compiled) / len(modules)
