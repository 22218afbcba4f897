"""A private RabbitMQ for a test, from the system's package, on loopback."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
READY_SECONDS = 90
DIST_OFFSET = 20_000


def available() -> bool:
    return Path(PROGRAM).exists() and shutil.which("erl") is not None


def free_port() -> int:
    """A port with two more that belong to it, far enough down for the third."""
    for port in range(20_000, 40_000, 7):
        with contextlib.ExitStack() as held:
            try:
                for number in (port, port + 1, port + DIST_OFFSET):
                    held.enter_context(socket.create_server(("127.0.0.1", number)))
            except OSError:
                continue
            return port
    raise OSError("there is no free port")


@contextlib.contextmanager
def running_rabbit(folder: Path) -> Iterator[str]:
    """Its URL, for the length of a block."""
    port = free_port()
    for name in ("mnesia", "log", "home"):
        (folder / name).mkdir()
    (folder / "home").chmod(0o700)
    (folder / "plugins").write_text("[].")
    settings = [f"listeners.tcp.1 = 127.0.0.1:{port}", "loopback_users = none", "disk_free_limit.absolute = 50MB"]
    (folder / "rabbit.conf").write_text("\n".join(settings) + "\n")
    told = {
        "HOME": str(folder / "home"),
        "RABBITMQ_NODENAME": f"tis{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(port + DIST_OFFSET),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbit"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        "ERL_EPMD_PORT": str(port + 1),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    with (folder / "out.log").open("wb") as out:
        process = subprocess.Popen(
            [PROGRAM],
            env={**os.environ, **told},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        await_greeting(port)
        yield f"amqp://guest:guest@127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        end_epmd(port + 1)


def await_greeting(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            if connection.recv(1):
                return
        time.sleep(0.1)
    raise TimeoutError("RabbitMQ was not ready")


def end_epmd(port: int) -> None:
    """End the port mapper that the server has started beside itself; while it still knows the server it refuses."""
    names = {"ERL_EPMD_PORT": str(port), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    for _ in range(50):
        subprocess.run(["epmd", "-kill"], env={**os.environ, **names}, capture_output=True, timeout=10, check=False)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.1)
            continue
        return
