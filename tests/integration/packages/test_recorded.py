"""What is pruned from the packages is not missed: their functions answer all that was recorded, from them alone."""

import shutil
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from tests.contract.exchanges import read_exchanges
from tests.contract.mended import MENDED
from tests.contract.opening import SERVICES, tokens_of
from tests.contract.player import Verdict, play
from tests.contract.senders import call_function
from tests.contract.tally import Tally
from tests.identity import Issuer
from tests.integration.packages.conftest import Begin
from tests.integration.packages.packaged import FunctionEnded, PackagedFunction

HOST = "tis.example"
SOME = 40  # exchanges that are enough to show a fault

PackageOf = Callable[[str], Path]
Incomplete = Callable[[str], list[Verdict]]


@dataclass
class Played:
    """A service's package, the verdicts on its exchanges, and the file of each module that they took."""

    service: str
    package: Path
    verdicts: list[Verdict]
    loaded: dict[str, str]


@pytest.fixture(scope="module", params=SERVICES)
def played(request: pytest.FixtureRequest, package_of: PackageOf, begin: Begin, issuer: Issuer) -> Played:
    """All exchanges of a service, played once, in their order."""
    service = request.param
    package = package_of(service)
    with begin(service, package) as function:
        verdicts = list(verdicts_of(service, function, issuer))
        return Played(service, package, verdicts, function.close())


def verdicts_of(service: str, function: PackagedFunction, issuer: Issuer) -> Iterator[Verdict]:
    """The verdicts on the exchanges of a service."""
    return play(read_exchanges(service), call_function(function, HOST), tokens_of(service, issuer), host=HOST)


def test_every_recorded_exchange_passes(played: Played) -> None:
    tally = Tally(MENDED[played.service])
    misses = [str(verdict) for verdict in played.verdicts if tally.take(verdict)]
    assert not misses, "\n".join([*tally.lines(), *misses[:20]])
    assert len(played.verdicts) == len(read_exchanges(played.service))


def test_nothing_but_the_package_and_the_standard_library_is_loaded(played: Played) -> None:
    files = {Path(file) for file in played.loaded.values()}
    standard = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    strange = {
        file
        for file in files
        if not file.is_relative_to(played.package)
        and ("site-packages" in file.parts or not any(map(file.is_relative_to, standard)))
    }
    assert not strange
    assert played.package / "sqlalchemy" / "__init__.py" in files
    assert played.package / "shared" / "db.py" in files


@pytest.mark.parametrize("name", ["dialects", "json_schema"])
def test_a_function_that_lacks_a_module_does_not_start(name: str, incomplete: Incomplete) -> None:
    with pytest.raises(FunctionEnded, match=rf"ModuleNotFoundError: .*{name}"):
        incomplete(name)


def test_a_module_missed_at_a_call_is_a_miss(incomplete: Incomplete) -> None:
    """Where a library does without it as long as it can, the recorded exchanges tell."""
    assert any(verdict.miss for verdict in incomplete("algorithms"))


@pytest.fixture
def incomplete(package_of: PackageOf, begin: Begin, issuer: Issuer, tmp_path: Path) -> Incomplete:
    """Plays some exchanges of reference on its package without the modules of a name: the proof can fail."""

    def play_without(name: str) -> list[Verdict]:
        package = tmp_path / "package"
        shutil.copytree(
            package_of("reference"), package, ignore=shutil.ignore_patterns(name, f"{name}.py", f"{name}.*.pyc")
        )
        with begin("reference", package) as function:
            return list(islice(verdicts_of("reference", function, issuer), SOME))

    return play_without
