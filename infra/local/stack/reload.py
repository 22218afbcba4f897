"""Changed code is taken up while the stack runs: a change below shared/ by all functions, one of a service by its own."""

from collections.abc import Callable, Iterable, Mapping
from importlib.util import cache_from_source
from pathlib import Path

from watchfiles import Change, awatch

from infra.local.environments.pool import Pool
from infra.local.environments.template import BrokenFunction

WATCHED = {".py", ".toml", ".txt", ".json"}


def is_watched(_: Change, path: str) -> bool:
    """May it be a file that a function has read at import? What the build makes is none: `.chalice/` and `vendor/`."""
    return Path(path).suffix in WATCHED and not {"vendor", ".chalice"} & set(Path(path).parts)


async def follow_changes(root: Path, pools: Mapping[str, Pool], say: Callable[[str], None]) -> None:
    """Reload functions as their files change, until cancelled; what cannot be imported leaves the old code in force."""
    shared = (root / "shared").resolve()
    folders = {name: (root / "services" / name).resolve() for name in pools}
    async for changes in awatch(shared, *folders.values(), watch_filter=is_watched, recursive=True, debounce=200):
        paths = [Path(path) for _, path in changes]
        forget_byte_code(paths)
        for name, folder in folders.items():
            if any(path.is_relative_to(folder) or path.is_relative_to(shared) for path in paths):
                await reload_function(pools[name], say)


def forget_byte_code(paths: Iterable[Path]) -> None:
    """Remove what was compiled of the files: Python tells a change by whole seconds and the size, and may miss one."""
    for path in paths:
        if path.suffix == ".py":
            Path(cache_from_source(str(path))).unlink(missing_ok=True)


async def reload_function(pool: Pool, say: Callable[[str], None]) -> None:
    """Have a function's code imported anew, and say how that went."""
    name = pool.function.name
    try:
        await pool.reload()
    except BrokenFunction as error:
        say(f"{name} keeps its old code, for the new one cannot be imported: {error}")
    else:
        say(f"{name} has taken up changed code.")
