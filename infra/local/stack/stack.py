"""The whole stack, started in order, and ended with nothing left behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

import uvloop

from infra.local.environments.context import REGION
from infra.local.gateway.server import PortBusy, open_socket
from infra.local.orphans import end_with_parent
from infra.local.stack.folder import StackError, StackFolder
from infra.local.stack.processes import Helpers, free_port, leashed
from infra.local.stack.serve import Say, Watcher, serve
from infra.local.stack.settings import Layout, has_tables, services_of

FAKES = ("infra.local.stack.aws_fakes",)


@dataclass(frozen=True)
class Options:
    """How a stack is wanted; `legacy_url` None means the stand-in."""

    port: int
    root: Path
    rows: int
    real: bool = False
    legacy_url: str | None = None
    live: Sequence[str] = ()  # the services that answer all their routes from the start


def run_stack(options: Options, watch: Watcher) -> None:
    """Start everything, and serve until SIGINT or SIGTERM. Raises StackError with nothing left running."""
    folder = begin(options)
    with ExitStack() as held, contextlib.suppress(KeyboardInterrupt):
        held.enter_context(folder.lock())
        listener = held.enter_context(listening_socket(options.port))
        helpers = Helpers(folder, options.root)
        held.callback(helpers.stop)
        layout = start_helpers(options, helpers, held, watch.step)
        prepare(options, layout, helpers, watch.step)
        held.callback(folder.state_file.unlink, missing_ok=True)
        uvloop.run(serve(layout, listener, helpers, watch, own_userinfo=options.legacy_url is not None))


def begin(options: Options) -> StackFolder:
    """What comes before anything is started; gives the stack's folder. Raises StackError where there is no project."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell may have told its background jobs to ignore the first
        signal.signal(sign, interrupt)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code is a third of every start
    if "MAKELEVEL" in os.environ:
        end_with_parent(os.getppid(), signal.SIGTERM)  # a `make` that is killed cannot tell us
    services_of(options.root)  # a folder without a project is told so, before anything is made in it
    return StackFolder.of(options.port, options.root)


def interrupt(_: int, __: FrameType | None) -> NoReturn:
    """Both signals mean the same: end, and leave nothing."""
    raise KeyboardInterrupt


@contextlib.contextmanager
def listening_socket(port: int, target: str = "run") -> Iterator[socket.socket]:
    """The gateway's socket: taken first, so that a busy port is known at once. `target` is make's that was called."""
    try:
        listener = open_socket(port)
    except PortBusy as error:
        raise StackError(f"{error} Stop that, or take another: TIS_PORT={port + 1} make {target}") from error
    with listener:
        yield listener


def start_helpers(
    options: Options, helpers: Helpers, held: ExitStack, step: Say, fakes: Sequence[str] = FAKES
) -> Layout:
    """Start what runs beside the gateway, and say where it is. `fakes` is their module, and what else it is told."""
    folder = helpers.folder
    step("AWS fakes")
    with socket.create_server(("127.0.0.1", 0)) as fakes_socket:
        aws = f"http://127.0.0.1:{fakes_socket.getsockname()[1]}"
        descriptor, (module, *more) = fakes_socket.fileno(), fakes
        command = [sys.executable, "-m", module, str(descriptor), REGION, str(folder.path), *more, str(os.getpid())]
        helpers.start("AWS fakes", command, os.environ, keep=[descriptor])
    databases = database_urls(options, folder, held, step)
    legacy_url = options.legacy_url or start_stand_in(databases.get("profile"), helpers, step)
    return Layout(options.port, options.root, folder, aws, legacy_url, databases)


def start_stand_in(profile_database: str | None, helpers: Helpers, step: Say) -> str:
    """Start the stand-in for the old servers, whose profile has the new one's database; gives its URL."""
    step("stand-in for the old servers")
    port = free_port()
    command = [sys.executable, "-m", "tests.legacy", "--port", str(port)]
    if profile_database is not None:
        command += ["--profile-database", profile_database]
    helper = helpers.start("stand-in for the old servers", command, os.environ)
    helpers.await_port(helper, port)
    return f"http://127.0.0.1:{port}"


def database_urls(options: Options, folder: StackFolder, held: ExitStack, step: Say) -> dict[str, str]:
    """The database of each service that has tables: a file of SQLite, or one on a MariaDB of our own."""
    services = [name for name in services_of(options.root) if has_tables(options.root, name)]
    if not options.real:
        return {name: f"sqlite:///{folder.path / f'{name}.db'}" for name in services}
    from infra.local import mariadb  # noqa: PLC0415 - the embedded stack needs no driver

    step("MariaDB")
    if not mariadb.available():
        raise StackError(
            f"STACK=real needs MariaDB, which is not installed here. This installs it: {mariadb.install_hint()}"
        )
    try:
        server = held.enter_context(mariadb.start(folder.path / "mariadb"))
        return {name: server.database(name) for name in services}
    except mariadb.MariadbError as error:
        raise StackError(str(error)) from error


def prepare(options: Options, layout: Layout, helpers: Helpers, step: Say) -> None:
    """Make the keys, the databases and the route table, in a process of its own; its steps are shown."""
    databases = [f"{name}={url}" for name, url in layout.databases.items()]
    log = layout.folder.log("prepare")
    command = leashed([sys.executable, "-m", "infra.local.stack.prepare"])
    command += [str(layout.folder.path), str(options.rows), " ".join(options.live), *databases]
    environ = layout.common_environ()
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command,
            env=environ,
            cwd=options.root,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        ) as process,
        ExitStack() as ending,
    ):
        ending.callback(process.kill)
        for line in process.stdout or ():
            step(line.strip())
        if process.wait() != 0:
            last = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise StackError(f"The stack cannot be prepared: {last} (more in {os.path.relpath(log)})")
    for sentence in helpers.ended():
        raise StackError(sentence)
