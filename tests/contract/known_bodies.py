"""The reference service as profile's recordings met it: which designated bodies it knows, and which it tells nobody."""

import json
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from shared.calling.client import Upstream
from shared.calling.wire import Answer, Headers
from tests.contract.exchanges import RECORDED

ONE_BODY = "/api/dbcs/code/"


class KnownBodies(Upstream):
    """Answers a GET of one designated body, or of the list of some; 401 without a token."""

    def __init__(self) -> None:
        super().__init__("http://reference.test/reference")

    @cached_property
    def statuses(self) -> dict[str, int]:
        """The status for each code that is recorded, in upper case; all others are 404."""
        recorded: dict[str, Any] = json.loads((RECORDED / "profile" / "reference.json").read_text(encoding="utf-8"))
        return {code.upper(): status for code, status in recorded["codes"].items()}

    def send(self, method: str, target: str, headers: Headers, *_: Any, **__: Any) -> Answer:
        """The answer, at once, without a connection."""
        if method != "GET":
            return Answer(405, {}, b"")
        if not "".join(headers.get("authorization", [])).removeprefix("Bearer "):
            return Answer(401, {}, b"")
        parts = urlsplit(target)
        if parts.path.startswith(ONE_BODY):
            return self._one(unquote(parts.path.removeprefix(ONE_BODY)))
        asked = json.loads(parse_qs(parts.query)["columnFilters"][0])["dbc"]
        found = [{"dbc": code} for code in asked if self.statuses.get(code.upper()) == 200]
        return Answer(200, {}, json.dumps(found).encode())

    def _one(self, code: str) -> Answer:
        status = self.statuses.get(code.upper(), 404)
        return Answer(status, {}, json.dumps({"dbc": code}).encode() if status == 200 else b"")
