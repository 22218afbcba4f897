"""Zips of functions and layers, unpacked once each: a folder per content, which nobody may write to."""

import io
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

WRITABLE, OWN_WRITING = 0o222, 0o200


class Unpacked:
    """The folder of all of them; what an earlier stack has left there goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        for place in folder.iterdir():
            remove(place)

    def folder_of(self, digest: str, content: bytes) -> Path:
        """The folder that holds a zip's files. Raises BadZipFile."""
        place = self._folder / digest
        if not place.is_dir():
            with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as scratch:
                fresh = Path(scratch) / digest
                with zipfile.ZipFile(io.BytesIO(content)) as file:
                    file.extractall(fresh)
                fresh.rename(place)
            protect(place)
        return place


def remove(place: Path) -> None:
    """Remove a folder that nobody may write to."""
    for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
        folder.chmod(folder.stat().st_mode | OWN_WRITING)
    shutil.rmtree(place, ignore_errors=True)


def protect(place: Path) -> None:
    """Take the right to write away: from all but root, whom the mount namespace stops."""
    for folder, _, files in os.walk(place, topdown=False):
        for name in (*files, "."):
            path = Path(folder) / name
            path.chmod(path.stat().st_mode & ~WRITABLE)
