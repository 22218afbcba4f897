"""Writes docs/ground.svg from the templates; with --check says whether it is up to date, and exits 3 where it is not."""

import sys

from infra.diagram.page import picture
from infra.ground.standing import ROOT, read_ground

TARGET = ROOT / "docs" / "ground.svg"
DRIFT = 3


def main() -> int:
    """Write, or with --check compare."""
    drawn = picture(read_ground())
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == drawn:
        return 0
    if "--check" in sys.argv:
        print("docs/ground.svg is not what the templates say; `python -m infra.diagram` draws it anew", file=sys.stderr)
        return DRIFT
    TARGET.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
