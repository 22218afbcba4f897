#!/usr/bin/env bash
# Makes checkov's own virtual environment from checkov.lock, unless it is there: install_checkov.sh FOLDER
# Afterwards checkov needs no network. The lock is made anew by:
#   echo checkov | uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
#     --output-file infra/gates/checkov.lock -
set -euo pipefail

venv=$1
here=$(dirname "$0")
lock=$here/checkov.lock
cmp -s "$lock" "$venv/installed.lock" && exit 0

python=$(bash "$here/../build/find_python.sh")
echo "installing checkov into $venv with $python (once, some 270 MB)" >&2
"$python" -m venv --clear "$venv"
echo '*' >"$venv/.gitignore"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --progress-bar off \
    --require-hashes --requirement "$lock"
cp "$lock" "$venv/installed.lock"
