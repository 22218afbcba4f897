"""The packages that Lambda's Python runtime holds beside a function's zip, in a folder of their own."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

DISTRIBUTIONS = (
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "six",
    "urllib3",
)


def runtime_packages(folder: Path) -> Path:
    """The folder, made anew of links to what is installed: nothing else of this project's libraries is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in DISTRIBUTIONS:
        installed = distribution(name)
        for top in {path.parts[0] for path in installed.files or ()} - {"..", "__pycache__"}:
            (folder / top).symlink_to(Path(str(installed.locate_file(top))).resolve())
    return folder
