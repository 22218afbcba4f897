"""infra/local/mariadb.py: a server of one's own."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import create_engine, text

from infra.local import mariadb

pytestmark = pytest.mark.real
DEADLINE = 20  # seconds
PROJECT = Path(__file__).parents[3]


def test_it_is_strict_as_the_old_database_was(mariadb_server: mariadb.Server) -> None:
    engine = create_engine(mariadb_server.url)
    with engine.connect() as connection:
        mode, collation, zone = connection.execute(text("SELECT @@sql_mode, @@collation_server, @@time_zone")).one()
    engine.dispose()
    assert {"STRICT_TRANS_TABLES", "ONLY_FULL_GROUP_BY"} <= set(mode.split(","))
    assert (collation, zone) == ("utf8mb4_general_ci", "+00:00")


def test_it_keeps_its_data_and_stops_at_the_end_of_its_block(tmp_path: Path) -> None:
    with mariadb.start(tmp_path) as first:
        first.database("kept")
    assert first.process.poll() is not None
    with (
        mariadb.start(tmp_path) as again,
        closing(pymysql.connect(host="127.0.0.1", port=again.port, user="root")) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("SHOW DATABASES LIKE 'kept'")
        assert cursor.fetchall() == (("kept",),)


def test_a_taken_port_is_a_sentence(mariadb_server: mariadb.Server, tmp_path: Path) -> None:
    with pytest.raises(mariadb.MariadbError, match=f"Port {mariadb_server.port} is taken"):
        mariadb.start(tmp_path, mariadb_server.port)


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from infra.local import mariadb;"
        "print(mariadb.start(Path(sys.argv[1])).process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=PROJECT
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _is_running(child)
        parent.kill()
    _await_end(child)


def test_it_runs_in_the_foreground_until_it_is_told_to_end(tmp_path: Path) -> None:
    with mariadb.start(tmp_path / "probe") as probe:
        port = probe.port  # free again in a moment
    command = [sys.executable, "-m", "infra.local.mariadb", str(tmp_path / "own"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready mysql+pymysql://root@127.0.0.1:{port}\n".encode()
        server = int((tmp_path / "own" / "data" / "pid").read_text())
        process.terminate()
        assert process.wait(DEADLINE) == 0
    assert not _is_running(server)


def _is_running(process: int) -> bool:
    """Whether it is there and not just waiting to be buried."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def _await_end(process: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while _is_running(process):
        assert time.monotonic() < deadline
        time.sleep(0.05)
