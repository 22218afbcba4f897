"""The stand-in as a whole: which part answers which path."""

import re
from pathlib import Path
from typing import Final

from tests.legacy.messages import Answer, Refused, Request, container_answer, crash, json_answer
from tests.legacy.profile import USERINFO, userinfo
from tests.legacy.reference import Reference
from tests.legacy.rows import tables
from tests.legacy.switches import Switches
from tests.legacy.users import Users

HEALTH: Final = re.compile(r"/[a-z]+/actuator/health/?")
COLLECTION: Final = re.compile(r"/(?!reference/)[a-z]+/api/[\w-]+/?")


class StandIn:
    """Answers as the old servers do for what it knows, and as an empty old server for other collections."""

    def __init__(self, users_file: Path | None = None) -> None:
        self._users = Users(users_file)
        self._reference = Reference(tables(), self._users)

    def switched(self) -> Switches:
        """The stand-in behind its switches: what a server serves."""
        return Switches(self.answer)

    def answer(self, request: Request) -> Answer:
        """The answer to any request; a crash, as in the old servers, where nobody thought of it."""
        try:
            return self._routed(request)
        except Refused as refused:
            return refused.answer
        except Exception:  # noqa: BLE001 - the old servers' own catch-all
            return crash()

    def _routed(self, request: Request) -> Answer:
        path = request.path
        if path.startswith("/reference/api/"):
            return self._reference.answer(request)
        if path.removesuffix("/") == USERINFO:
            return userinfo(request, self._users)
        if request.method in ("GET", "HEAD"):
            if COLLECTION.fullmatch(path):
                return json_answer(200, [])
            if HEALTH.fullmatch(path):
                return json_answer(200, {"status": "UP"})
        return container_answer(404, path)
