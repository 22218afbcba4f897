"""A function in its package, called over a pipe: its interpreter finds the package and the standard library alone."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

HOST_FILE = Path(__file__).with_name("function_host.py")
END_SECONDS = 35  # a call that hangs is ended by the host itself after 30
LOG_CHARACTERS = 3_000


class FunctionEnded(Exception):
    """The function's process ended before it answered; the message holds the end of its log."""


class PackagedFunction:
    """Calls the function as Lambda does."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process, self._log = process, log

    def __call__(self, event: Mapping[str, Any], _: Any) -> Mapping[str, Any]:
        """The function's answer to an event. Raises FunctionEnded."""
        try:
            self._stdin.write(json.dumps(event) + "\n")
            self._stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        answer: Mapping[str, Any] = self._line()
        return answer

    def close(self) -> dict[str, str]:
        """Let the function end; gives the file of each module that it had loaded. Raises FunctionEnded."""
        self._stdin.close()
        loaded: dict[str, str] = self._line()
        return loaded

    @property
    def _stdin(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        return json.loads(line)

    def _ended(self) -> FunctionEnded:
        with suppress(BrokenPipeError):  # what it has not read is lost
            self._stdin.close()
        code = self._process.wait(END_SECONDS)
        log = self._log.read_text(encoding="utf-8")
        return FunctionEnded(f"The function's process ended with {code}:\n{log[-LOG_CHARACTERS:]}")


@contextmanager
def started(package: Path, environ: Mapping[str, str], log: Path) -> Iterator[PackagedFunction]:
    """A packaged function that is told its settings by its environment, and nothing else by it; its log goes to a file."""
    command = [sys.executable, "-I", "-S", str(HOST_FILE), str(package)]
    with (
        log.open("w", encoding="utf-8") as written,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=written, env=dict(environ), text=True
        ) as process,
    ):
        try:
            yield PackagedFunction(process, log)
        finally:
            process.kill()
