"""Packages of the services, built once in a folder of their own, and the functions in them, started."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

import pytest

from infra.build.manifest import read_manifest
from infra.build.package import make_package
from infra.data import seed
from tests.contract.exchanges import read_dataset
from tests.identity import Issuer
from tests.integration.packages.copied import copy_project
from tests.integration.packages.neighbours import Neighbours, running, settings_of
from tests.integration.packages.packaged import PackagedFunction, started

Begin = Callable[[str, Path], AbstractContextManager[PackagedFunction]]


@pytest.fixture(scope="session")
def package_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the package of a service."""
    root = copy_project(tmp_path_factory.mktemp("packages"))
    return cache(lambda service: make_package(root, read_manifest(root), service))


@pytest.fixture(scope="session")
def begin(url_of: Callable[[str], str], issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """Starts the function of a service from a package, on its recorded rows and among its recorded neighbours."""

    @contextmanager
    def begun(service: str, package: Path) -> Iterator[PackagedFunction]:
        seed.load(url_of(service), service, read_dataset(service))
        log = tmp_path_factory.mktemp(service) / "log"
        with (
            running(Neighbours(service, issuer)) as base,
            started(package, settings_of(base, url_of(service)), log) as function,
        ):
            yield function

    return begun
