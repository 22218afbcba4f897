"""`python -m infra.data.weights URL` writes shared/general_ci.txt anew from what the MySQL server at URL says."""

import sys
from collections import defaultdict

from sqlalchemy import create_engine, text

import shared.collation

SURROGATES = range(0xD800, 0xE000)  # the halves of pairs, which are no characters
PLANE = [chr(point) for point in range(0x10000) if point not in SURROGATES]
WEIGHTS = text("SELECT WEIGHT_STRING(CAST(:characters AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_general_ci)")


def server_weights(url: str) -> dict[str, str]:
    """Each character of the basic plane, and the character whose code point is its weight."""
    engine = create_engine(url)
    with engine.connect() as connection:
        weights: bytes = connection.execute(WEIGHTS, {"characters": "".join(PLANE)}).scalar_one()
    engine.dispose()
    return dict(zip(PLANE, weights.decode("utf-16-be"), strict=True))


def render_table(weights: dict[str, str]) -> str:
    """One line a weight: its character, then all others that weigh the same."""
    lines: defaultdict[str, str] = defaultdict(str)
    for character, weight in weights.items():
        if character != weight:
            lines[weight] += character
    return "".join(f"{weight}{characters}\n" for weight, characters in sorted(lines.items()))


def write_table(url: str) -> None:
    """Writes the table of the server at `url`."""
    shared.collation.WEIGHTS.write_text(render_table(server_weights(url)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_table(sys.argv[1])
