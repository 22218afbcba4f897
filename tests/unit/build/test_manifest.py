import json
from pathlib import Path
from typing import Any

import pytest

from infra.build.manifest import ROOT, BuildError, read_manifest


def changed(folder: Path, **changes: Any) -> Path:
    facts = json.loads((ROOT / "chalice.json").read_text(encoding="utf-8"))
    (folder / "chalice.json").write_text(json.dumps(facts | changes), encoding="utf-8")
    return folder


def test_read_manifest_timeout_beyond_the_gateway(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="timeout: Input should be less than or equal to 29"):
        read_manifest(changed(tmp_path, timeout=30))


def test_read_manifest_unknown_field(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="memroy: Extra inputs"):
        read_manifest(changed(tmp_path, memroy=512))


def test_read_manifest_not_json(tmp_path: Path) -> None:
    (tmp_path / "chalice.json").write_text("{", encoding="utf-8")
    with pytest.raises(BuildError, match=r"chalice\.json cannot be read"):
        read_manifest(tmp_path)


def test_read_manifest_missing(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"chalice\.json cannot be read"):
        read_manifest(tmp_path)


def test_chosen_services() -> None:
    manifest = read_manifest()
    assert manifest.chosen(()) == sorted(manifest.services)
    assert manifest.chosen(("reference",)) == ["reference"]
    with pytest.raises(BuildError, match="no service 'referense'; it has profile, reference, strangler"):
        manifest.chosen(("referense",))
