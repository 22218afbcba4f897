"""Plays recorded exchanges through anything that can be asked, and judges what it answers."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.contract.exchanges import Answer, Exchange
from tests.contract.judge import Miss, judge
from tests.contract.marks import Marks

Send = Callable[[str, str, Mapping[str, str], bytes | None], Answer]  # method, target, headers, body
TokenFor = Callable[[str], str | None]  # a caller's name; None: the caller has no token

TOKEN_MARK: Final = re.compile(r"\{\{token:(.*?)\}\}")
TOKEN_HEADERS: Final = {"authorization", "oidc_access_token"}
NOT_SENT: Final = Miss("a request", "not sent: it needs a value of an earlier answer")


@dataclass(frozen=True)
class Verdict:
    """An exchange that was played, and what was wrong with the answer, if anything."""

    exchange: Exchange
    miss: Miss | None

    def __str__(self) -> str:
        told = (self.exchange.name, str(self.exchange), *(self.miss or ("", "as recorded")))
        return " | ".join(told)


def play(
    exchanges: Iterable[Exchange], send: Send, token_for: TokenFor, *, host: str, only: str = "", strict: bool = False
) -> Iterator[Verdict]:
    """Send each exchange in its turn and judge it; `host` is what {{host}} stands for.

    `only` judges those whose name holds it; others are still sent when they leave something behind.
    """
    marks = Marks(host)
    for exchange in exchanges:
        is_asked_for = only in exchange.name
        if not (is_asked_for or exchange.is_needed):
            continue
        if not marks.can_fill(exchange.target + (exchange.body or "")):
            miss: Miss | None = NOT_SENT
        else:
            body = None if exchange.body is None else marks.fill(exchange.body).encode()
            answer = send(exchange.method, marks.fill(exchange.target), headers_of(exchange, token_for), body)
            miss = judge(exchange, answer, marks, strict=strict)
            time.sleep(exchange.wait)
        if is_asked_for:
            yield Verdict(exchange, miss)


def headers_of(exchange: Exchange, token_for: TokenFor) -> dict[str, str]:
    """The request's headers with tokens in the place of their marks, and its caller's where it brings none itself."""
    headers = {
        name: TOKEN_MARK.sub(lambda mark: token_for(mark[1]) or "", value) for name, value in exchange.headers.items()
    }
    if TOKEN_HEADERS & {name.lower() for name in headers}:
        return headers
    token = token_for(exchange.caller)
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers
