"""Writes docs/openapi/<service>.json from the services' endpoints, or checks that the files are up to date."""

import importlib
import json
import sys
from pathlib import Path

from shared.openapi import document

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "openapi"
SERVICES = sorted(
    path.parent.name for path in ROOT.glob("services/*/tables.py")
)  # the facade has no endpoints of its own
DRIFT = 3


def rendered(service: str) -> str:
    """A service's document as it is committed."""
    app = importlib.import_module(f"services.{service}.app").app
    return json.dumps(document(f"TIS {service}", "1.0.0", app.endpoints), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write, or with --check compare; 3 when a file is not up to date."""
    stale = []
    for service in SERVICES:
        target, text = FOLDER / f"{service}.json", rendered(service)
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(target.relative_to(ROOT)))
        if "--check" not in sys.argv:
            FOLDER.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"not up to date: {', '.join(stale)}; `make format` writes them anew", file=sys.stderr)
        return DRIFT
    return 0


if __name__ == "__main__":
    sys.exit(main())
