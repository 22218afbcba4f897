#!/usr/bin/env bash
# Makes a virtual environment with everything in requirements.lock and the project itself: install.sh FOLDER
set -euo pipefail

venv=$1
lock=requirements.lock
python=$(bash "$(dirname "$0")/find_python.sh")
total=$(grep -c '^[a-z].*==' "$lock")

say() { # say TEXT: on one line for a person, on lines of their own in a log
    if [ -t 2 ]; then printf '\r\033[K  %s' "$1" >&2; else printf '  %s\n' "$1" >&2; fi
}

echo "installing into $venv with $python" >&2
"$python" -m venv --clear "$venv"
wanted=$lock
if ! command -v cargo >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
    # It is published for Python 3.11, and built by Rust for any other; only one gate of `tis check` needs it.
    wanted=$venv/requirements.txt
    awk '/^cfn-guard-rs==/ {skip = 1; next} /^[^ ]/ {skip = 0} !skip' "$lock" >"$wanted"
    echo "cfn-guard-rs is left out: there is no cargo to build it. tis check --skip guard does without." >&2
fi
PYTHONUNBUFFERED=1 "$venv/bin/pip" install --disable-pip-version-check --no-input --progress-bar off \
    --require-hashes --requirement "$wanted" |
    while read -r word name _; do
        case $word in
            Collecting) say "$((found = ${found:-0} + 1)) of at most $total packages: $name" ;;
            Installing) say "unpacking them" ;;
        esac
    done
say "the project itself"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch "$venv/installed"
say "installed"
if [ -t 2 ]; then echo >&2; fi
