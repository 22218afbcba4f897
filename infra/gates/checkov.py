"""The checkov gate: checkov on every template, from an environment of its own, offline.

It pins AWS's libraries far back, so it lives in .venv-checkov, which install_checkov.sh makes from checkov.lock.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.gates.findings import Finding, GateError
from infra.gates.waivers import bare
from infra.ground.standing import ROOT, Ground

GATE = "checkov"
FOLDER = ROOT / ".venv-checkov"
INSTALL = Path(__file__).with_name("install_checkov.sh")
INSTALL_SECONDS, CHECK_SECONDS = 900, 300
# It asks its makers' servers for nothing: neither guides, nor ids, nor whether there is a newer version.
OFFLINE = {"BC_SKIP_MAPPING": "TRUE", "CKV_SKIP_PACKAGE_UPDATE_CHECK": "TRUE", "LOG_LEVEL": "ERROR"}
FLAGS = ("--framework", "cloudformation", "--output", "json", "--compact", "--quiet", "--skip-download", "--soft-fail")


class CheckovError(GateError):
    """checkov could not be had, or could not be run; the message says why."""


def break_checkov(ground: Ground) -> Iterator[Finding]:
    """Everything that checkov has to say, told of the resource; CheckovError where it cannot be run."""
    install()
    with tempfile.TemporaryDirectory(prefix="tis-checkov-") as folder:
        for name, template in ground.templates.items():
            Path(folder, f"{name}.json").write_text(json.dumps(bare(template), indent=1), encoding="utf-8")
        reports = run(Path(folder))
    for report in reports:
        results = report.get("results", {})
        for name in results.get("parsing_errors", ()):
            file = ground.file(Path(name).stem)
            yield Finding(
                GATE, file, "", "unread", "checkov cannot read this template.", "See what the gate lint says."
            )
        for one in results.get("failed_checks", ()):
            file = ground.file(Path(one["file_path"]).stem)
            logical = str(one["resource"]).rpartition(".")[2]
            yield Finding(GATE, file, logical, one["check_id"], f"It does not hold: {one['check_name']}.", MEND)


MEND = "Mend the resource, or say in Metadata (checkov: skip) with a comment why it may stand."


def install() -> None:
    """Make checkov's environment where it is not there or not of this lock; CheckovError where that fails."""
    try:
        subprocess.run(["bash", str(INSTALL), str(FOLDER)], check=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise CheckovError(
            f"checkov could not be installed into {FOLDER.name}: {error}. Leave it out with --skip checkov."
        ) from error


def run(folder: Path) -> list[dict[str, Any]]:
    """Checkov's reports on a folder of templates."""
    command = [str(FOLDER / "bin" / "python"), "-m", "checkov.main", "--directory", str(folder), *FLAGS]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("BC_", "PRISMA_", "CKV_"))}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment | OFFLINE,
            capture_output=True,
            text=True,
            timeout=CHECK_SECONDS,
            check=True,
        )
        found = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        raise CheckovError(f"checkov failed: {error.stderr.strip()[-500:]}") from error
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise CheckovError(f"checkov could not be run: {error}.") from error
    return found if isinstance(found, list) else [found]
