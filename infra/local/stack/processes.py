"""The stack's helpers: processes beside the gateway, each with a log, none of which outlives it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.stack.folder import StackError, StackFolder

STOP_SECONDS, READY_SECONDS = 3.0, 20.0


@dataclass
class Helper:
    """One process and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def fault(self) -> str:
        """The sentence for a helper that has ended by itself."""
        if (code := self.process.returncode or 0) < 0:
            return f"The process of the {self.name} was killed (signal {-code})"
        lines = self.log.read_text(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")
        return f"The {self.name} ended: {last} (more in {os.path.relpath(self.log)})"


@dataclass
class Helpers:
    """All helpers of a stack."""

    folder: StackFolder
    root: Path
    running: list[Helper] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], environ: Mapping[str, str], keep: Sequence[int] = ()) -> Helper:
        """Start a command, which inherits the descriptors in `keep`; the kernel ends it when we end."""
        log = self.folder.log(name.replace(" ", "-"))
        with log.open("ab") as out:
            process = subprocess.Popen(
                leashed(command),
                env=environ,
                cwd=self.root,
                pass_fds=keep,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for us; we end it
            )
        helper = Helper(name, process, log)
        self.running.append(helper)
        return helper

    def await_port(self, helper: Helper, port: int) -> None:
        """Wait until a helper takes connections; StackError when it ends, or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if helper.process.poll() is not None:
                raise StackError(helper.fault())
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.02)
        raise StackError(f"The {helper.name} takes no connections after {READY_SECONDS:.0f} seconds; see {helper.log}.")

    def ended(self) -> list[str]:
        """Sentences about helpers that have ended by themselves since the last time."""
        gone = [helper for helper in self.running if helper.process.poll() is not None]
        self.running = [helper for helper in self.running if helper not in gone]
        return [helper.fault() for helper in gone]

    def stop(self) -> None:
        """End all of them, by force after STOP_SECONDS."""
        deadline = time.monotonic() + STOP_SECONDS
        for helper in self.running:
            helper.process.terminate()
        for helper in self.running:
            try:
                helper.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                helper.process.kill()
                helper.process.wait()
        self.running = []


def leashed(command: Sequence[str]) -> list[str]:
    """The command, such that the kernel ends it when we end."""
    return [sys.executable, "-m", "infra.local.orphans", str(os.getpid()), *command]


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
