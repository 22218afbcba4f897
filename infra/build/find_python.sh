#!/usr/bin/env bash
# Prints the full path of the newest Python from 3.13 down to 3.11 that really runs; downloads none.
# A version manager's shim may exist and fail, so its installed versions are looked at in its own folder too.
set -u
for version in 3.13 3.12 3.11; do
    for candidate in $(type -ap "python$version" | sort -u) "$HOME"/.pyenv/versions/"$version"*/bin/python"$version"; do
        [ -x "$candidate" ] || continue
        real=$("$candidate" -c 'import ensurepip, sys; print(sys.executable)' 2>/dev/null) && echo "$real" && exit 0
    done
done
echo "No Python from 3.11 to 3.13 runs here. Install one (Debian: apt-get install python3 python3-venv) and try again." >&2
exit 1
