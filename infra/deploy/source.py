"""What a service is deployed from, so that what has changed since can be told."""

import hashlib
import json
from pathlib import Path

from infra.build.contents import CONTENTS, file_digest
from infra.build.package import APP


def source_of(project: Path, stage: str) -> str:
    """A hash over a built project: its package, and what config.json and the policy say for the stage."""
    digest = hashlib.sha256()
    for path in (project / "vendor" / CONTENTS, project / APP, project / ".chalice" / f"policy-{stage}.json"):
        digest.update(f"{path.name} {file_digest(path)}\n".encode())
    digest.update(json.dumps(config_of(project, stage), sort_keys=True).encode())
    return digest.hexdigest()


def config_of(project: Path, stage: str) -> dict[str, object]:
    """What config.json says for one stage."""
    config: dict[str, object] = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    stages = config.pop("stages")
    return {"defaults": config, "stage": stages[stage]} if isinstance(stages, dict) else config
