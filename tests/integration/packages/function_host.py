"""Holds a packaged function: run as a file, `python -I -S function_host.py PACKAGE`, beside the standard library alone.

Nothing of the project is imported here but what lies in the package. Each line on stdin is an event; what the function
answers is a line on stdout, what it prints goes to stderr. The last line tells from which file each module came.
"""

import json
import os
import signal
import sys
from importlib import import_module

ANSWER_SECONDS = 30  # then a call, or the import, is ended by force


def main(package: str) -> None:
    """Answer events until there are no more."""
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, package)
    sys.dont_write_bytecode = True  # as at Lambda, whose disk cannot be written to
    signal.alarm(ANSWER_SECONDS)
    function = import_module("app").app
    signal.alarm(0)
    for line in sys.stdin:
        signal.alarm(ANSWER_SECONDS)
        answers.write(json.dumps(function(json.loads(line), None)) + "\n")
        signal.alarm(0)
    answers.write(json.dumps(loaded_files()) + "\n")


def loaded_files() -> dict[str, str]:
    """The file of each module that was imported from one."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items() if name != "__main__"}
    return {name: file for name, file in files.items() if file}


if __name__ == "__main__":
    main(sys.argv[1])
