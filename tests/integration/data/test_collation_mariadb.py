"""shared/collation.py against MariaDB's own general_ci."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from infra.data import schema, weights
from infra.local import mariadb
from shared import collation

pytestmark = pytest.mark.real

ALPHABET = "aAbzßéÉæÆøsS 019_%\\.[`{\t\n\x01-'ςΣиЙ語😀"
ORDER = text("SELECT STRCMP(CONVERT(:left USING utf8mb4) COLLATE utf8mb4_general_ci, :right)")
LIKE = text("SELECT CONVERT(:value USING utf8mb4) COLLATE utf8mb4_general_ci LIKE :pattern")


@pytest.fixture(scope="module")
def connection(mariadb_server: mariadb.Server) -> Iterator[Connection]:
    with schema.engine_at(mariadb_server.url) as engine, engine.connect() as connection:
        yield connection


def _random_text(source: random.Random, alphabet: str = ALPHABET) -> str:
    return "".join(source.choices(alphabet, k=source.randrange(6))) + " " * source.choice((0, 0, 0, 1, 2))


def test_every_character_of_the_basic_plane_weighs_what_it_weighs_there(mariadb_server: mariadb.Server) -> None:
    theirs = weights.server_weights(mariadb_server.url)
    ours = {character: collation.weigh(character) for character in theirs}
    assert {c: (w, ours[c]) for c, w in theirs.items() if ours[c] != w} == {}
    assert sum(character != weight for character, weight in theirs.items()) == 1108


def test_the_table_in_the_tree_is_the_one_that_the_script_writes(mariadb_server: mariadb.Server) -> None:
    written = weights.render_table(weights.server_weights(mariadb_server.url))
    assert collation.WEIGHTS.read_text(encoding="utf-8") == written


def test_compare_says_what_the_server_says(connection: Connection) -> None:
    source = random.Random(8)  # noqa: S311
    pairs = [(_random_text(source), _random_text(source)) for _ in range(3000)]
    pairs += [(left, left.swapcase() + " ") for left, _ in pairs[:300]]
    different = [
        (left, right) for left, right in pairs
        if connection.scalar(ORDER, {"left": left, "right": right}) != collation.compare(left, right)
    ]  # fmt: skip
    assert different == []


def test_like_says_what_the_server_says(connection: Connection) -> None:
    source = random.Random(9)  # noqa: S311
    alphabet = "aÁß_%%\\ bB😀é\n"
    pairs = [(_random_text(source, alphabet), _random_text(source, alphabet)) for _ in range(3000)]
    pairs += [(f"%{value[1:3]}%", value) for _, value in pairs[:500]]
    pairs += [(value[:2] + "%" + value[3:], value) for _, value in pairs[:500]]
    different = [
        (pattern, value) for pattern, value in pairs
        if bool(connection.scalar(LIKE, {"pattern": pattern, "value": value})) != collation.like(pattern, value)
    ]  # fmt: skip
    assert different == []
