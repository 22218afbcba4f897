"""The stand-in as a whole: which part answers which path."""

import re
from typing import Final

from tests.legacy.accounts import Accounts
from tests.legacy.messages import Answer, Refused, Request, container_answer, crash, json_answer
from tests.legacy.profile import Profile
from tests.legacy.reference import Reference
from tests.legacy.rows import tables
from tests.legacy.switches import Switches

HEALTH: Final = re.compile(r"/[a-z]+/actuator/health/?")
COLLECTION: Final = re.compile(r"/(?!reference/)[a-z]+/api/[\w-]+/?")


class StandIn:
    """Answers as the old servers do for what it knows, and as an empty old server for other collections."""

    def __init__(self, profile_database: str | None = None) -> None:
        """`profile_database` is the URL of profile's; without one nobody is known."""
        self._accounts = Accounts(profile_database)
        self._profile = Profile(self._accounts)
        self._reference = Reference(tables(), self._profile.may)

    def switched(self) -> Switches:
        """The stand-in behind its switches: what a server serves."""
        return Switches(self.answer)

    def close(self) -> None:
        """Give up what is open."""
        self._accounts.close()

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
        if path.startswith("/profile/api/") and (answer := self._profile.answer(request)) is not None:
            return answer
        if request.method in ("GET", "HEAD"):
            if COLLECTION.fullmatch(path):
                return json_answer(200, [])
            if HEALTH.fullmatch(path):
                return json_answer(200, {"status": "UP"})
        return container_answer(404, path)
