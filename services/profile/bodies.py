"""Designated bodies that exist: asked of the reference service at its old URL, and kept for a bounded time."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from services.profile.config import Settings
from services.profile.naming import present
from shared.calling.client import Failure, Upstream
from shared.config import load
from shared.errors import Refused, Unavailable
from shared.kept import Kept

PATH: Final = "/api/dbcs"
NO_BODY: Final = "none"  # the code, in any case, that stands for no designated body at all
ANSWER_SECONDS: Final = 3.0  # for all that is asked in one call of ours
KNOWN_SECONDS, UNKNOWN_SECONDS = 60.0, 5.0
KEPT_CODES: Final = 4_096
LONGEST_LIST: Final = 3_800  # characters of the codes in a URL, which stays below 4,000 with them
MOST_SINGLY: Final = 50  # codes asked one by one in one call of ours
LONGEST_CODE: Final = 255  # characters that reference's column holds
REFUSALS: Final = range(400, 500)


@dataclass
class Inquiry:
    """The questions of one call of ours: they share its headers and its time."""

    reference: Upstream
    headers: Mapping[str, list[str]]
    until: float
    singly: int = field(default=MOST_SINGLY, init=False)

    def listed(self, codes: Sequence[str]) -> set[str] | None:
        """Those of some codes that there are, folded, asked for as one list; None where reference refuses to list."""
        status, body = self._get(f"?size=2000&columnFilters={list_filter(codes)}")
        if status in REFUSALS:
            return None
        rows = parsed(body) if status == HTTPStatus.OK else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise not_now()
        return {folded(str(row.get("dbc"))) for row in rows}

    def status_of(self, code: str) -> int:
        """200 for a code that there is, else the status by which reference refuses it."""
        if self.singly == 0:  # what was asked so far is kept: who tries again gets further
            raise not_now()
        self.singly -= 1
        status, body = self._get(f"/code/{quote(code, safe='')}")
        is_found = status == HTTPStatus.OK and (not body or isinstance(parsed(body), dict))
        if not is_found and status not in REFUSALS:
            raise not_now()
        return status

    def _get(self, target: str) -> tuple[int, bytes]:
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise not_now()
        try:
            answer = self.reference.send("GET", PATH + target, self.headers, None, seconds, repeatable=True)
        except Failure as error:
            raise not_now() from error
        return answer.status, answer.body


class Bodies:
    """Knows which designated bodies there are: for KNOWN_SECONDS that there is one, for UNKNOWN_SECONDS that there is none."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: Kept[bool] = Kept(KEPT_CODES)

    @cached_property
    def reference(self) -> Upstream:
        """The reference service, as the environment names it at the first question."""
        return Upstream(load(Settings).reference_url)

    def check(self, codes: Iterable[str | None], token: str, headers: Mapping[str, str]) -> None:
        """Refuse the first of some codes that reference does not know; Unavailable when that stays open.

        The caller's token is sent with the questions, and `headers` with it. `None` in any case is no code.
        """
        wanted = [code for code in present(codes, "designatedBodyCodes") if code.lower() != NO_BODY]
        verdicts = {code: self._verdict(code) for code in wanted}
        answers = self._answers([code for code in wanted if verdicts[code] is None], token, headers)
        for code in wanted:
            is_known = verdicts[code]
            if not (next(answers) if is_known is None else is_known):
                raise Refused(f"Invalid Designated Body Code: {code}")

    def _answers(self, codes: Sequence[str], token: str, headers: Mapping[str, str]) -> Iterator[bool]:
        """Is there a body with each of the codes? Asked as the answers are taken."""
        own = {"host": self.reference.authority, "authorization": f"Bearer {token}"}
        sent = {name: [value] for name, value in {**headers, **own}.items()}
        inquiry = Inquiry(self.reference, sent, time.monotonic() + ANSWER_SECONDS)
        for some in list_portions(codes):
            listed = inquiry.listed(some) if len(some) > 1 else None
            if listed is None:
                yield from (self._singly(inquiry, code) for code in some)
            else:
                yield from [self._keep(code, is_known=folded(code) in listed) for code in some]

    def _singly(self, inquiry: Inquiry, code: str) -> bool:
        status = inquiry.status_of(code)
        if status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):  # any other refusal may be about the caller
            self._keep(code, is_known=status == HTTPStatus.OK)
        return status == HTTPStatus.OK

    def _verdict(self, code: str) -> bool | None:
        """What is known of a code without a question."""
        return False if is_unaskable(code) else self._kept.find(folded(code), self._clock())

    def _keep(self, code: str, *, is_known: bool) -> bool:
        self._kept.keep(folded(code), is_known, self._clock() + (KNOWN_SECONDS if is_known else UNKNOWN_SECONDS))
        return is_known


def folded(code: str) -> str:
    """A code without what the old database overlooks: case, and blanks at the end."""
    return code.rstrip(" ").casefold()


def is_unaskable(code: str) -> bool:
    """Is it a code that no path can carry to the old service, or none that its column could hold?"""
    return (
        len(code) > LONGEST_CODE
        or re.fullmatch(r"\.{0,2}|.*[/\\;%\x00-\x1f\x7f\ud800-\udfff].*", code, re.DOTALL) is not None
    )


def list_filter(codes: Sequence[str]) -> str:
    """The `columnFilters` that ask for some codes, as a URL holds them."""
    return quote(json.dumps({"dbc": codes}, ensure_ascii=False, separators=(",", ":")), safe="")


def list_portions(codes: Iterable[str]) -> Iterator[list[str]]:
    """The codes, no more at a time than one URL should carry."""
    some: list[str] = []
    room = LONGEST_LIST
    for code in codes:
        size = len(list_filter([code]))
        if some and size > room:
            yield some
            some, room = [], LONGEST_LIST
        some.append(code)
        room -= size
    if some:
        yield some


def parsed(body: bytes) -> Any:
    """The JSON value of a body; None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def not_now() -> Unavailable:
    """The answer to who cannot be served at this moment."""
    return Unavailable("Designated bodies cannot be checked now. Try again.")


bodies = Bodies()
