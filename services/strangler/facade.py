"""The facade: one call in, one answer out, whichever side gives it."""

import time
from http import HTTPStatus
from typing import Any

from services.strangler.claims import VerifiedCallers
from services.strangler.config import Settings, upstream_url
from services.strangler.decide import decide
from services.strangler.exchange import Exchange, Message
from services.strangler.forward import Trace, body_sent, is_last_hop, outgoing, trace_of
from services.strangler.incoming import Event, Incoming
from services.strangler.problems import Refusal
from services.strangler.result import Result, refused_result, result_of
from services.strangler.store import KeptTable, Source
from services.strangler.table import ELSEWHERE, Decision
from shared import observability
from shared.calling.wire import Answer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = "strangler"  # who has served what no upstream did
DIMENSIONS, FACTS = ("route", "stage", "served_by", "status"), ("method", "status_code")
MARGIN_SECONDS = 1.0  # of the function's time, for what is left to do after an upstream has used up its own


class Facade:
    """Answers events. What it opens it opens at the first call: execution environments may be forked of it."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self._cookie_key = settings.cookie_key
        self._table = KeptTable(source)
        self._exchange = Exchange(upstream_url)
        self._callers = VerifiedCallers(settings.issuers, lambda: self._table.current(time.monotonic()).issuer_move)
        self._lines = observability.RequestLines(OWN, DIMENSIONS, FACTS)

    def answer(self, event: Event, context: Any) -> Result:
        """API Gateway's result for its event, whatever happens."""
        started = time.perf_counter()
        try:
            incoming = Incoming(event, self._callers.of, self._cookie_key)
            trace = trace_of(incoming.headers)
        except (KeyError, IndexError, TypeError, ValueError):
            observability.logger.exception("An event that is none of API Gateway's.")
            refusal = Refusal(HTTPStatus.BAD_REQUEST, "The call cannot be read.")
            return refused_result(refusal, "GET", ELSEWHERE.route, "")
        result, served_by, decision = self._serve(incoming, trace, context)
        finish(result, served_by, trace)
        status = result["statusCode"]
        self._lines.write(
            (decision.route, decision.stage, served_by, f"{status // 100}xx"),
            (incoming.method, status),
            time.perf_counter() - started,
            correlation_id=trace.correlation_id,
            context=context,
            trace=trace.amazon,
        )
        return result

    def _serve(self, incoming: Incoming, trace: Trace, context: Any) -> tuple[Result, str, Decision]:
        decision = ELSEWHERE
        try:
            incoming.check()
            decision = decide(self._table.current(time.monotonic()), incoming)
            answer, served_by = self._relay(incoming, decision, trace, context)
            return result_of(answer, incoming.method), served_by, decision
        except Refusal as refused:
            refusal = refused
        except Exception:  # noqa: BLE001 - the caller gets an answer, and the log the cause
            observability.logger.exception("The facade failed.")
            refusal = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "The call could not be handled. The cause is noted.")
        return refused_result(refusal, incoming.method, decision.route, trace.correlation_id), OWN, decision

    def _relay(self, incoming: Incoming, decision: Decision, trace: Trace, context: Any) -> tuple[Answer, str]:
        method, headers = incoming.method, incoming.headers
        if method == "OPTIONS" and is_last_hop(headers):
            return Answer(HTTPStatus.NO_CONTENT, {}, b""), OWN
        safe = decision.safe if decision.safe is not None else method in SAFE_METHODS
        message = Message(
            method,
            incoming.target,
            outgoing(headers, trace, incoming.source_ip),
            body_sent(method, incoming.body),
            headers["host"][0] if "host" in headers else "",
            trace,
            safe,
            lambda: incoming.may_fall_back,
        )
        return self._exchange.ask(message, decision, seconds_left(decision, context))


def finish(result: Result, served_by: str, trace: Trace) -> None:
    """Say on the answer who gave it, and by which ids it can be found in the logs."""
    headers = result["multiValueHeaders"]
    headers["X-Tis-Served-By"] = [served_by]
    headers["X-Correlation-Id"] = [trace.correlation_id]
    if trace.amazon:
        headers["X-Amzn-Trace-Id"] = [trace.amazon]


def seconds_left(decision: Decision, context: Any) -> float:
    """What an upstream may take: the route's deadline, within the time that the function has left."""
    if context is None:
        return decision.deadline
    left: float = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    return min(decision.deadline, left)
