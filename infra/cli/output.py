"""What the command says on stderr: steps that follow one another, and notes. stdout is for data."""

import sys
import time

QUIET_SECONDS = 1.0  # the same note is not repeated within
CLEAR_LINE = "\r\x1b[K"


class Steps:
    """Steps of a start, each with its time; on a terminal the running one is shown too."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._text = ""
        self._since = time.monotonic()

    def step(self, text: str) -> None:
        """The next step has begun; `name: detail` is a further word on the step `name`."""
        name, now = text.partition(":")[0], time.monotonic()
        if name != self._text:
            self.done()
            self._text, self._since = name, now
        if self._terminal:
            sys.stderr.write(f"{CLEAR_LINE}  {text} …")
            sys.stderr.flush()

    def done(self) -> None:
        """The last step has ended."""
        if self._text:
            sys.stderr.write(
                f"{CLEAR_LINE if self._terminal else ''}  {self._text}: {time.monotonic() - self._since:.1f} s\n"
            )
            sys.stderr.flush()
            self._text = ""


class Notes:
    """Sentences about what happens while something runs; a repeated one is held back for a while."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def say(self, text: str) -> None:
        """Say it, unless it was said within QUIET_SECONDS."""
        now = time.monotonic()
        self._said = {said: when for said, when in self._said.items() if now - when < QUIET_SECONDS}
        if text not in self._said:
            self._said[text] = now
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
