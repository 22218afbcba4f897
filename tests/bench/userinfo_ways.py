"""The local stack on MariaDB with the profile service live, and the peers of userinfo behind the same facade."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from infra.data import seed
from infra.local import mariadb
from tests.bench.measure import CannotRun, tell
from tests.bench.profile_rows import USER, USERS, profile_rows
from tests.e2e.conftest import ROOT, Stack, close, free_port, make_project, start_stack, tis

USERINFO = "/profile/api/userinfo"
RAW, ORM = "raw PyMySQL and json", "FastAPI and SQLAlchemy's ORM"
STRAIGHT = f"{ORM}, without gateway and facade"
SEED_ROWS = 100  # which ours take the place of
STOP_SECONDS, ANSWER_SECONDS = 10, 10

RAW_APP = """
from tests.bench.peers.userinfo_raw import app as app
"""
ROUTES = """
[service]
name = "{0}"
contexts = ["/{0}"]
upstream = "{0}"
journey = "{0}"

[routes]
"GET /{0}{1}" = "live"
"""

Headers = dict[str, str]


class Way(NamedTuple):
    """A URL of userinfo, and who serves it by the facade's word; nobody where there is no facade."""

    url: str
    served_by: str | None


def add_peers(project: Path) -> None:
    """Give a project the peers' routes, and one of the peers as a service more."""
    (project / "infra").unlink()  # a link to the project's own, whose route files are to stay as they are
    shutil.copytree(ROOT / "infra", project / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("raw", "orm"):
        (project / "infra" / "routes" / f"{name}.toml").write_text(ROUTES.format(name, USERINFO))
    service = project / "services" / "raw"
    service.mkdir()
    (service / "__init__.py").touch()
    (service / "app.py").write_text(RAW_APP)


@contextmanager
def all_ways(loading: str) -> Iterator[tuple[Headers, dict[str, Way]]]:
    """The headers of a call, and the ways that it may take: a stack with many users, and peers on its database.

    Raises CannotRun.
    """
    if not mariadb.available():
        raise CannotRun(f"it needs MariaDB: {mariadb.install_hint()}")
    with TemporaryDirectory(prefix="tis-bench-") as folder:
        project, port = make_project(Path(folder)), free_port()
        add_peers(project)
        tell(f"starting the stack with {USERS:,} users")
        orm_url = f"http://127.0.0.1:{port}"
        stack = start_stack(project, "--rows", str(SEED_ROWS), STACK="real", TIS_ORM_URL=orm_url)
        try:
            url = stack.state["databases"]["profile"]
            seed.load(url, "profile", profile_rows())
            move_live(stack)
            with orm_server(loading, url, port):
                yield (
                    {"Authorization": f"Bearer {stack.token(USER)}"},
                    {
                        "ours": Way(f"{stack.url}{USERINFO}", "profile"),
                        RAW: Way(f"{stack.url}/raw{USERINFO}", "raw"),
                        ORM: Way(f"{stack.url}/orm{USERINFO}", "orm"),
                        STRAIGHT: Way(f"{orm_url}{USERINFO}", None),
                    },
                )
        finally:
            close(stack)


def move_live(stack: Stack) -> None:
    """Have the new service answer userinfo. Raises CannotRun."""
    done = tis(stack.project, stack.port, "routes", "set", f"GET {USERINFO}", "--stage", "live", "--yes")
    if done.returncode:
        raise CannotRun(f"userinfo cannot be moved: {done.stderr.strip().rpartition(chr(10))[2]}")


@contextmanager
def orm_server(loading: str, database_url: str, port: int) -> Iterator[None]:
    """FastAPI on uvicorn, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peers.userinfo_orm", loading, database_url, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            if not process.stdout.readline():  # type: ignore[union-attr]
                raise CannotRun("uvicorn does not start")
            yield
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()


def caller_of(way: Way, headers: Headers) -> Callable[[], bytes]:
    """Asks for the body that a way gives, over a connection that is kept.

    Raises CannotRun for any answer but 200, or by another than expected.
    """
    parts = urlsplit(way.url)
    connection = HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)

    def call() -> bytes:
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        body, served_by = answer.read(), answer.headers.get("X-Tis-Served-By")
        if (answer.status, served_by) != (HTTPStatus.OK, way.served_by):
            raise CannotRun(f"{way.url} is answered {answer.status} by {served_by}: {body[:200]!r}")
        return body

    return call
