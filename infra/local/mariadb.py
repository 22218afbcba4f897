"""A private MariaDB from the system's packages, without systemd: its data in a folder of its own, on loopback only."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn, Self

import pymysql

SEARCH_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"  # people's own lack sbin
PROGRAMS = ("mariadbd", "mariadb-install-db")
INSTALL_SECONDS, READY_SECONDS, STOP_SECONDS = 60, 30, 15
OPTIONS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--default-time-zone=+00:00",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--innodb-flush-log-at-trx-commit=2",  # a crash of the machine may cost a second of work, a crash of the server nothing
    "--performance-schema=OFF",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=8M",
    "--max-connections=200",
)


class MariadbError(Exception):
    """The server cannot be started; the message says what to do."""


class Server:
    """A running server; leaving its `with` block stops it. `root` has no password: it holds invented rows, on loopback."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"mysql+pymysql://root@127.0.0.1:{port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def database(self, name: str) -> str:
        """The URL of a database on this server, which is made where it does not exist yet."""
        with closing(_connect(self.port)) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name.replace('`', '``')}` COLLATE utf8mb4_general_ci")
        return f"{self.url}/{name}"

    def stop(self) -> None:
        """Ends the server in good order, or by force after 15 seconds; once it has ended, does nothing."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def available() -> bool:
    """Whether the server's programs are installed on this machine."""
    return all(map(_program, PROGRAMS))


def install_hint() -> str:
    """The one command that installs MariaDB on Debian and its kin (62 MB; starts nothing where there is no systemd)."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends mariadb-server"


def start(folder: Path, port: int | None = None) -> Server:
    """A server that is ready, on the data in `folder`, made at the first start; on a free port unless one is named.

    It ends when the thread that called this ends, so call it from one that lasts. Raises MariadbError.
    """
    if not available():
        raise MariadbError(f"MariaDB is not installed here; this installs it: {install_hint()}")
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    owner = _owner(folder)
    if not (folder / "data").is_dir():
        _install(folder, owner)
    port = _free_port(port)
    command = [
        *_command("mariadbd", owner, folder / "data", until_parent_dies=True),
        f"--port={port}",
        "--socket=socket",  # in the data's folder, where it is found without a long path, which sockets cannot have
        "--pid-file=pid",
        f"--secure-file-priv={folder / 'data'}",
        *OPTIONS,
    ]
    with (folder / "mariadb.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    server = Server(process, port)
    try:
        _await_ready(server, folder / "mariadb.log")
    except BaseException:
        server.stop()
        raise
    return server


def main(arguments: list[str]) -> NoReturn:
    """`python -m infra.local.mariadb FOLDER PORT`: runs a server until it is interrupted."""
    if len(arguments) != 2 or not arguments[1].isdecimal():  # noqa: PLR2004
        sys.exit("usage: python -m infra.local.mariadb FOLDER PORT")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    try:
        with start(Path(arguments[0]), int(arguments[1])) as server:
            print(f"ready {server.url}", flush=True)
            server.process.wait()
    except MariadbError as error:
        sys.exit(str(error))
    sys.exit("MariaDB ended by itself; its log stands in the folder.")


def _program(name: str) -> str:
    """The path of an installed program, or nothing."""
    return shutil.which(name, path=SEARCH_PATH) or ""


def _owner(folder: Path) -> str | None:
    """Who is to run the server: ourselves, but for root, who leaves it to `mysql` where that user can reach the folder."""
    if os.geteuid() != 0:
        return None
    if not all(parent.stat().st_mode & 1 for parent in folder.parents):
        return "root"
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "mysql", "mysql")
    return "mysql"


def _command(name: str, owner: str | None, data: Path, *, until_parent_dies: bool = False) -> list[str]:
    """A program with its first options; `setpriv` changes the user, as the server's own way forgets the death signal."""
    user = [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"] if owner else []
    death = ["--pdeathsig=TERM"] if until_parent_dies else []
    setpriv = [_program("setpriv"), *user, *death, "--"] if _program("setpriv") and (user or death) else []
    return [*setpriv, _program(name), "--no-defaults", *([f"--user={owner}"] if owner else []), f"--datadir={data}"]


def _install(folder: Path, owner: str | None) -> None:
    """Makes the data beside its place and moves it there when it is whole."""
    unfinished = folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    options = ("--auth-root-authentication-method=normal", "--skip-test-db")
    command = [*_command("mariadb-install-db", owner, unfinished), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, cwd=folder)
    if done.returncode:
        raise MariadbError(f"MariaDB cannot make its data in {folder}: {(done.stderr or done.stdout).strip()[-400:]}")
    unfinished.rename(folder / "data")


def _free_port(port: int | None) -> int:
    """The port, or any where none is named; a server of others there would otherwise be taken for ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except OSError as error:
            raise MariadbError(f"Port {port} is taken: stop what listens there, or name another.") from error
        return int(probe.getsockname()[1])


def _connect(port: int) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(host="127.0.0.1", port=port, user="root", connect_timeout=2, read_timeout=10)


def _await_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            errors = [line for line in log.read_text(errors="replace").splitlines() if "[ERROR]" in line]
            raise MariadbError(f"MariaDB did not start: {'; '.join(errors)[-400:] or f'see {log}'}")
        try:
            return _connect(server.port).close()
        except pymysql.Error:
            time.sleep(0.05)
    raise MariadbError(f"MariaDB was not ready within {READY_SECONDS} seconds; see {log}")


if __name__ == "__main__":
    main(sys.argv[1:])
