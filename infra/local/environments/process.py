"""The process that has imported a function and forks execution environments of it: `python -m … NAME MODULE:ATTRIBUTE FD PARENT`.

FD is a Unix socket: `ready`, or the sentence that tells why not, goes out on it; each message that comes in carries the
socket of an environment to be forked. So a fork holds no socket but its own: siblings cannot keep each other alive.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import orjson

from infra.local.environments.context import Context, stream_name
from infra.local.environments.warm import warm_up
from infra.local.environments.wire import ANSWERED, FAILED, HEAD
from infra.local.orphans import end_with_parent

READY = b"ready"
Function = Callable[[Any, Any], Any]


def load(target: str) -> Function:
    """The function at `module:attribute`, ready for its first call."""
    module, _, attribute = target.partition(":")
    found: Function = getattr(importlib.import_module(module), attribute)
    warm_up()
    return found


def fault(error: BaseException) -> str:
    """One sentence about why a module cannot be imported, with the place where it can be mended."""
    summary = " ".join(traceback.format_exception_only(error)[-1].split())
    if isinstance(error, SyntaxError) and error.filename:
        return f"{summary} ({os.path.relpath(error.filename)}, line {error.lineno})"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{summary} ({os.path.relpath(last.filename)}, line {last.lineno})"


def answer_events(connection: socket.socket, name: str, function: Function) -> None:
    """Take one event at a time until the gateway closes the connection."""
    stream = stream_name("$LATEST", str(os.getpid()))
    reader = connection.makefile("rb")
    connection.sendall(HEAD.pack(0, os.getpid()))
    while head := reader.read(HEAD.size):
        size, milliseconds = HEAD.unpack(head)
        event = orjson.loads(reader.read(size))
        context = Context(
            os.environ.get("AWS_LAMBDA_FUNCTION_NAME", name), time.monotonic() + milliseconds / 1000, stream
        )
        try:
            outcome, result = ANSWERED, orjson.dumps(function(event, context), option=orjson.OPT_NON_STR_KEYS)
        except Exception as error:  # noqa: BLE001 - as Lambda: the error is logged, the environment stays
            traceback.print_exc()
            outcome, result = FAILED, orjson.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        connection.sendall(HEAD.pack(len(result), outcome) + result)


def become_environment(control: socket.socket, connection: int, template: int, name: str, function: Function) -> None:
    """The forked process's whole life; it ends with the gateway's end of its socket, or with the template."""
    end_with_parent(template)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        answer_events(socket.socket(fileno=connection), name, function)
    except OSError:
        pass  # the gateway is gone
    finally:
        sys.stdout.flush()
        os._exit(0)


def fork_on_demand(control: socket.socket, name: str, function: Function) -> None:
    """Fork an environment for each socket that arrives, until the gateway closes the control socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps them
    gc.freeze()  # what is imported stays shared: the collector does not write into it
    control.sendall(READY)
    template = os.getpid()
    while True:
        message, (*received,), _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for connection in received:
            if os.fork() == 0:
                gc.enable()
                become_environment(control, connection, template, name, function)
            os.close(connection)


def main(name: str, target: str, descriptor: str, parent: str) -> int:
    """Import the function and serve forks; 1 when it cannot be imported."""
    end_with_parent(int(parent))
    gc.disable()  # what it frees would leave holes in the pages that are shared, and forks would write into these
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    control = socket.socket(fileno=int(descriptor))
    try:
        function = load(target)
    except BaseException as error:  # noqa: BLE001 - also SystemExit: a sentence in any case
        traceback.print_exc()
        control.sendall(fault(error).encode())
        return 1
    fork_on_demand(control, name, function)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
