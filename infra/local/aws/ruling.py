"""The gateway's end of what passes between it and the fakes: it takes up what is deployed, and runs functions."""

import http
from urllib.parse import unquote

import orjson

from infra.local.aws.control import DEPLOYED, ERROR_HEADER, INVOKE
from infra.local.aws.edge import Edge
from infra.local.aws.facts import Deployed
from infra.local.aws.functions import Functions, NoFunction
from infra.local.aws.runtime_api import FunctionError
from infra.local.environments.environment import Failed, TimedOut
from infra.local.environments.pool import TooLarge
from infra.local.environments.waiting import Throttled
from infra.local.gateway.answer import Answer, json_answer, message
from infra.local.gateway.request import Request

QUEUE_SECONDS = 60.0  # for a cold start and those before it, beside the function's own time


class Ruling:
    """Answers what the fakes ask."""

    def __init__(self, edge: Edge, functions: Functions) -> None:
        self._edge, self._functions = edge, functions

    async def answer(self, request: Request) -> Answer:
        """The answer; a fault of ours is a 500 with its reason, for the fakes' log."""
        try:
            if request.target == DEPLOYED:
                await self._edge.take_up(Deployed.of_json(orjson.loads(request.body)))
                return json_answer(200, {})
            return await self._invoke(unquote(request.target.removeprefix(INVOKE)), request.body)
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            return message(500, repr(error))

    async def _invoke(self, arn: str, event: bytes) -> Answer:
        try:
            seconds = self._functions.facts_of(arn).timeout + QUEUE_SECONDS
            return Answer(http.HTTPStatus.OK, [], await self._functions.invoke(arn, event, inner=True, seconds=seconds))
        except FunctionError as error:
            return Answer(http.HTTPStatus.OK, [(ERROR_HEADER, "Unhandled")], error.payload)
        except (Failed, TimedOut) as error:
            payload = FunctionError.of("Runtime.ExitError", str(error) or "it took too long").payload
            return Answer(http.HTTPStatus.OK, [(ERROR_HEADER, "Unhandled")], payload)
        except NoFunction as error:
            return message(http.HTTPStatus.NOT_FOUND, str(error))
        except Throttled:
            return message(http.HTTPStatus.TOO_MANY_REQUESTS, "Rate Exceeded.")
        except TooLarge:
            return message(http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request must be smaller than 6291556 bytes")
