"""`python -m tests.bench [--only NAME] [--list]`: runs the benchmarks, one JSON object a line on stdout.

A benchmark is a public function `bench_…` of a module `bench_….py` here, or an entry of the module's BENCHES. It takes
no argument and gives a line (`measure.line`) or a list of them; it raises CannotRun where the machine lacks something.
Each runs in a process of its own, so that none warms, fills or blocks the next. The exit code is 0 when all that ran
met their bounds, 1 when one did not, 2 when there is no benchmark of that name.
"""

import argparse
import contextlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.measure import CannotRun, Line, line, tell

Bench = Callable[[], Line | list[Line]]

FOLDER = Path(__file__).parent
PREFIX = "bench_"
BENCH_SECONDS = 300  # until a benchmark that does not end is ended
END_SECONDS = 30  # that it then has to stop what it started


def module_names() -> list[str]:
    """The modules that hold benchmarks, without their prefix."""
    return sorted(name.removeprefix(PREFIX) for _, name, _ in pkgutil.iter_modules([str(FOLDER)]) if PREFIX in name)


def benches_of(module_name: str) -> dict[str, Bench]:
    """The benchmarks of a module by full name, such as `reference.get_site`."""
    module = import_module(f"tests.bench.{PREFIX}{module_name}")
    found = getattr(module, "BENCHES", None) or {
        name.removeprefix(PREFIX): value
        for name, value in vars(module).items()
        if name.startswith(PREFIX) and getattr(value, "__module__", "") == module.__name__
    }
    return {f"{module_name}.{name.removeprefix(f'{module_name}.')}": bench for name, bench in found.items()}


def all_names() -> list[str]:
    """The full names of all benchmarks; a module that cannot be imported stands for its own."""
    names = []
    for module_name in module_names():
        try:
            names += list(benches_of(module_name))
        except Exception as error:  # noqa: BLE001 - one that is broken does not keep the others from running
            tell(f"{module_name}: cannot be imported: {error!r}")
            names.append(module_name)
    return names


def chosen(only: str) -> list[str]:
    """The benchmarks that are called so or hold a line called so; where none fits, those of the module that it names."""
    names = all_names()
    fits = [name for name in names if only in name or only.startswith(name)]
    return fits or [name for name in names if name.partition(".")[0] == only.partition(".")[0]]


def run_here(name: str) -> list[Line]:
    """The lines of a benchmark; one that is not met nor missed, where it cannot run."""
    try:
        found = benches_of(name.partition(".")[0])[name]()
    except (CannotRun, ImportError) as error:
        return [unmeasured(name, str(error))]
    return found if isinstance(found, list) else [found]


def unmeasured(name: str, reason: str, *, met: bool | None = None) -> Line:
    """The line of a benchmark without a figure; the reason is told on stderr."""
    tell(f"{name}: no figure: {reason}")
    return line(name, 0.0, "") | {"value": None, "met": met}


def run_apart(name: str) -> list[Line]:
    """The lines of a benchmark that runs in a process of its own."""
    command = [sys.executable, "-m", "tests.bench", "--here", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            told, _ = process.communicate(timeout=BENCH_SECONDS)
        except subprocess.TimeoutExpired:
            return [unmeasured(name, f"it did not end within {BENCH_SECONDS} seconds", met=False)]
        finally:
            end(process)
    if process.returncode:
        return [unmeasured(name, "it failed, as told above", met=False)]
    return [json.loads(text) for text in told.splitlines()]


def end(process: "subprocess.Popen[str]") -> None:
    """End a benchmark as Ctrl-C does, so that it stops what it started; by force where it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def show_here(name: str) -> int:
    """Run a benchmark in this process and print its lines; the log lines of functions are written, and go nowhere."""
    try:
        with Path(os.devnull).open("w", buffering=1) as nowhere, contextlib.redirect_stdout(nowhere):
            lines = run_here(name)
    except Exception:  # noqa: BLE001 - whatever it was, the benchmarks after it still run
        traceback.print_exc()
        return 1
    for one in lines:
        say(one)
    return 0


def say(one: Line) -> None:
    """A line of the result, on stdout at once."""
    sys.stdout.write(json.dumps(one) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run what the command line asks for, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Runs the benchmarks.")
    parser.add_argument("--only", default="", metavar="NAME", help="only those whose name, or line, is called so")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    options: Any = parser.parse_args(arguments)
    if options.here:
        return show_here(options.here)
    names = chosen(options.only)
    if not names:
        tell(f"There is no benchmark {options.only!r}; there are: {', '.join(all_names())}.")
        return 2
    if options.list:
        sys.stdout.writelines(f"{name}\n" for name in names)
        return 0
    return run_all(names)


def run_all(names: list[str]) -> int:
    """Run benchmarks one after the other, each line printed as soon as it is known; 0 when none missed its bound."""
    missed = 0
    for place, name in enumerate(names, 1):
        tell(f"[{place}/{len(names)}] {name}")
        for one in run_apart(name):
            say(one)
            if one["met"] is False:
                missed += 1
                tell(
                    f"{one['name']} is not met: {one['value']} {one['unit']}, ratio {one['ratio']}, bound {one['bound']}"
                )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
