"""What chalice.json may say under `aws`, and the sentence for what it may not."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.build.manifest import NAME, ROOT, BuildError, read_manifest

CONSUMER = {"queue": "changes", "function": "read_changes", "dead_letters": "changes.dead"}


def told(folder: Path, facts: dict[str, Any]) -> str:
    (folder / NAME).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(BuildError) as refused:
        read_manifest(folder)
    return str(refused.value)


@pytest.fixture
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / NAME).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("aws", "words"),
    [
        ({"base_path": [""]}, "services.reference.aws.base_path: Extra inputs are not permitted"),
        ({"consumers": [{"queue": "q", "function": "f"}]}, "aws.consumers.0.dead_letters: Field required"),
        ({"consumers": [CONSUMER | {"batch": 0}]}, "aws.consumers.0.batch: Input should be greater than or equal to 1"),
        ({"consumers": [CONSUMER | {"concurrency": 11}]}, "concurrency: Input should be less than or equal to 10"),
        (
            {"consumers": [CONSUMER | {"dead_letters": "changes"}]},
            "the dead letters of changes need a queue of their own",
        ),
        (
            {"environments": {"prod": {"snap_start": True, "provisioned": 2}}},
            "Lambda starts environments from a snapshot or keeps them provisioned, not both",
        ),
        (
            {"environments": {"prod": {"reserved": 1, "provisioned": 2}}},
            "2 provisioned environments are more than the 1 reserved",
        ),
    ],
)
def test_a_fault_is_told_by_its_place(tmp_path: Path, facts: dict[str, Any], aws: dict[str, Any], words: str) -> None:
    facts["services"]["reference"]["aws"] = aws
    assert words in told(tmp_path, facts)


def test_a_log_is_kept_for_as_long_as_cloudwatch_can(tmp_path: Path, facts: dict[str, Any]) -> None:
    facts["stages"]["prod"]["aws"] = {"log_days": 31}
    assert "stages.prod.aws.log_days: Input should be 1, 3, 5" in told(tmp_path, facts)
