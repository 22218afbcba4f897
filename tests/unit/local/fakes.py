"""The AWS fakes in a process of their own, as the stack starts them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.environments.context import REGION


@contextmanager
def running_fakes(folder: Path) -> Iterator[str]:
    """Their URL, for the length of a block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "infra.local.stack.aws_fakes", str(descriptor), REGION, str(folder)]
        process = subprocess.Popen([*command, str(os.getpid())], pass_fds=[descriptor])
    try:
        yield url
    finally:
        process.kill()
        process.wait()
