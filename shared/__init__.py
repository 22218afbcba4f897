"""What services stand on. Every app imports it first, so it is where a stale package is refused before it is deployed."""

import os
from importlib import import_module
from pathlib import Path

if "AWS_CHALICE_CLI_MODE" in os.environ:  # Chalice's command imports the app before it packages anything
    import_module("infra.build.guard").refuse_stale(Path.cwd())
