from pathlib import Path

import pytest

from infra.build.libraries import (
    Pin,
    deployed_target,
    installed_files,
    normalised,
    pinned,
    read_pins,
    running_python,
)
from infra.build.manifest import ROOT, BuildError, read_manifest

LOCK = """\
# a comment
PyJWT==2.15.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via tis (pyproject.toml)
cffi==2.1.1 ; platform_python_implementation != 'PyPy' \\
    --hash=sha256:cc
"""


def test_read_pins(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    assert read_pins(tmp_path) == {
        "pyjwt": Pin("PyJWT", "2.15.1", ("sha256:aa", "sha256:bb")),
        "cffi": Pin("cffi", "2.1.1", ("sha256:cc",)),
    }


def test_read_pins_all_have_hashes() -> None:
    pins = read_pins(ROOT)
    assert len(pins) > 50
    assert all(pin.hashes for pin in pins.values())


def test_pinned_not_locked() -> None:
    with pytest.raises(BuildError, match=r"requirements\.lock does not pin numpy"):
        pinned(ROOT, ("pydantic", "numpy"))


def test_installed_files_another_version() -> None:
    with pytest.raises(BuildError, match=r"pydantic [0-9.]+ is installed here, requirements\.lock pins 1\.0"):
        next(installed_files(Pin("pydantic", "1.0", ())))


def test_installed_files_not_installed() -> None:
    with pytest.raises(BuildError, match=r"numpy==1\.0 is not installed here"):
        next(installed_files(Pin("numpy", "1.0", ())))


def test_deployed_target_another_python() -> None:
    manifest = read_manifest().model_copy(update={"python": "3.99"})
    with pytest.raises(BuildError, match=rf"Functions run on Python 3\.99, and this is {running_python()}"):
        deployed_target(manifest)


def test_normalised() -> None:
    assert normalised("Typing_Extensions.x") == "typing-extensions-x"
