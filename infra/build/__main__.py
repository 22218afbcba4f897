"""`python -m infra.build [--check] [SERVICE…]` and `python -m infra.build package [SERVICE…]`."""

import sys

from infra.cli.build import build, package

if __name__ == "__main__":
    command, arguments = (package, sys.argv[2:]) if sys.argv[1:2] == ["package"] else (build, sys.argv[1:])
    command.main(arguments, prog_name="python -m infra.build")
