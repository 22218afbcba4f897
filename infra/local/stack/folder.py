"""`.tis/PORT/` in the project's folder: all that the stack of that port keeps, and how other commands find it."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

DEFAULT_PORT = 8080
TOP_PORT = 65_535


class StackError(Exception):
    """Something that the user can mend; the message is a sentence that says how."""


def port_of(environ: Mapping[str, str] = os.environ) -> int:
    """The port that TIS_PORT names, 8080 where it is not set. Raises StackError."""
    text = environ.get("TIS_PORT") or str(DEFAULT_PORT)
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= TOP_PORT:
        raise StackError(f"TIS_PORT must be a port between 1 and {TOP_PORT}, not {text!r}.")
    return int(text)


@dataclass(frozen=True)
class StackFolder:
    """The folder of one port's stack."""

    path: Path

    @classmethod
    def of(cls, port: int, root: Path | None = None) -> "StackFolder":
        """The port's folder below the project, made where it is missing; no one else may look into it."""
        path = (root or Path.cwd()) / ".tis" / str(port)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(path)

    @property
    def state_file(self) -> Path:
        """What a running stack tells other commands."""
        return self.path / "stack.json"

    def log(self, name: str) -> Path:
        """A process's log: that of the run before is kept beside it."""
        (self.path / "logs").mkdir(exist_ok=True)
        log = self.path / "logs" / f"{name}.log"
        if log.exists() and log.stat().st_size:
            log.replace(log.with_suffix(".log.1"))
        return log

    def lock(self) -> IO[str]:
        """An open file whose lock says that this stack runs; StackError where another process holds it."""
        file = (self.path / "lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            port = self.path.name
            raise StackError(
                f"TIS runs on port {port} already. Stop it with Ctrl-C where it was started, or take another port: "
                f"TIS_PORT={int(port) + 1} make run"
            ) from error
        return file

    def is_running(self) -> bool:
        """Does a stack hold the lock?"""
        try:
            self.lock().close()
        except StackError:
            return True
        return False

    def tell(self, state: Mapping[str, Any]) -> None:
        """Publish what other commands need."""
        fresh = self.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(state, indent=1))
        fresh.replace(self.state_file)

    def state(self) -> dict[str, Any]:
        """What the running stack tells; StackError where none runs."""
        if self.state_file.exists() and self.is_running():
            found: dict[str, Any] = json.loads(self.state_file.read_text())
            return found
        raise StackError(
            f"No stack runs on port {self.path.name} in this folder. Start it with `make run`, or name its port in TIS_PORT."
        )
