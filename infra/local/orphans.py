"""No process of the stack outlives the one that started it, not even after SIGKILL.

`python -m infra.local.orphans PARENT COMMAND…` becomes COMMAND, which the kernel ends when PARENT ends.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send us a signal when our parent ends (Linux; kept through exec); exit if it has already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is the stack's own
