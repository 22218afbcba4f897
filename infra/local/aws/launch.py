"""Becomes a deployed function's process, shut in as Lambda shuts it in: run as a file, `python -I -S launch.py PLAN`.

Nothing of the project is imported here, and nothing of it reaches the function. In a mount namespace of its own the
code's folder cannot be written to, not even by root, and /tmp is a disk in memory of the size that the function has.
Where a machine gives nobody such a namespace, the folder's permissions alone protect it, and TMPDIR names a /tmp.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterable

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24
CAP_SYS_ADMIN = 21
TMP = "/tmp"  # noqa: S108 - Lambda's one folder that can be written to

libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(parent: int) -> None:
    """Have the kernel kill us when the stack ends; end now if it has already."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def checked(result: int) -> None:
    """OSError where the C library's function failed."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount, as the system call of that name does."""
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    checked(libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]))


def own_namespace() -> None:
    """A mount namespace of our own; who is not root gets a user namespace with it, in which he may mount."""
    user, group = os.geteuid(), os.getegid()
    checked(libc.unshare(CLONE_NEWNS if user == 0 else CLONE_NEWNS | CLONE_NEWUSER))
    if user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - pathlib's import is a third of our start
                file.write(text)
    mount("none", "/", None, MS_REC | MS_PRIVATE)


def own_tmp(megabytes: int, kept: Iterable[str]) -> None:
    """A /tmp of our own; the folders that are needed below the old one are found in it again."""
    old = os.open(TMP, os.O_PATH)
    mount("tmpfs", TMP, "tmpfs", MS_NOSUID | MS_NODEV, f"size={megabytes}m,mode=1777")
    for folder in kept:
        if folder.startswith(f"{TMP}/"):
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - as above
            inside = os.open(os.path.relpath(folder, TMP), os.O_PATH, dir_fd=old)
            mount(f"/proc/self/fd/{inside}", folder, None, MS_BIND | MS_REC)
            os.close(inside)
    os.close(old)


def lock(folder: str) -> None:
    """Make a folder one that cannot be written to."""
    mount(folder, folder, None, MS_BIND)
    mount("none", folder, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)


def main(plan: str) -> None:
    """Shut ourselves in, and become the function's process."""
    told = json.loads(plan)
    end_with_parent(told["parent"])
    try:
        own_namespace()
        own_tmp(told["tmp_megabytes"], told["kept"])
        for folder in told["locked"]:
            lock(folder)
    except OSError as error:
        os.environ["TMPDIR"] = told["tmp"]
        os.makedirs(told["tmp"], exist_ok=True)  # noqa: PTH103 - as above
        sys.stderr.write(f"This machine gives no mount namespace ({error}): /tmp is {told['tmp']}.\n")
    libc.prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0)  # so that nobody mounts the folder anew, to write to it
    resource.setrlimit(resource.RLIMIT_DATA, (told["data_bytes"], told["data_bytes"]))
    os.chdir(told["locked"][0])
    os.execv(told["command"][0], told["command"])  # noqa: S606 - the runtime's own


if __name__ == "__main__":
    main(sys.argv[1])
