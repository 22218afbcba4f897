"""Lambda authorizers of kind TOKEN: asked once for a token and as long as they say, their policy weighed at every call."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from infra.local.aws.apis import Api, Authorizer
from infra.local.aws.functions import Functions
from infra.local.aws.runtime_api import FunctionError
from infra.local.gateway.answer import Answer, json_answer, message
from infra.local.gateway.request import Request

DEFAULT_TTL = 300  # seconds
KEPT_POLICIES = 10_000
INVOKE_ACTION = "execute-api:Invoke"
FUNCTION_ARN = re.compile(r"/functions/(arn:[^/]+)/invocations$")
DENIED = "User is not authorized to access this resource"
EXPLICITLY = f"{DENIED} with an explicit deny"
UNAUTHORIZED = "Unauthorized"


@dataclass(frozen=True)
class Verdict:
    """What an authorizer said of a token: a policy, who the caller is, and what else the function is told."""

    statements: tuple[Mapping[str, Any], ...]
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Refused(Exception):
    """The call goes no further."""

    answer: Answer


@dataclass
class Authorizers:
    """All authorizers of all APIs; a new deployment makes them ask anew."""

    functions: Functions
    _kept: dict[tuple[str, str, str, str], tuple[float, Verdict]] = field(default_factory=dict)

    def forget(self) -> None:
        """Keep no policy any longer."""
        self._kept.clear()

    async def admit(self, api: Api, authorizer: Authorizer, request: Request, path: str) -> dict[str, Any]:
        """What the function is told of the caller. Raises Refused."""
        kind = str(authorizer.terms.get("type", "token")).lower()
        if kind != "token":
            text = f"Authorizers of kind {kind!r} are not done by the local AWS; those of kind 'token' are."
            raise Refused(message(500, text))
        token = request.header(authorizer.header)
        pattern = authorizer.terms.get("identityValidationExpression")
        if not token or (pattern and not re.match(pattern, token)):
            raise Refused(message(401, UNAUTHORIZED))
        facts = api.facts
        arn = f"arn:aws:execute-api:{facts.region}:{facts.account}:{facts.id}/{facts.stage}/{request.method}{path}"
        verdict = await self._verdict(api, authorizer, token, arn)
        weigh(verdict.statements, arn)
        return dict(verdict.context)

    async def _verdict(self, api: Api, authorizer: Authorizer, token: str, arn: str) -> Verdict:
        key = (api.facts.id, api.facts.stage, authorizer.name, token)
        expiry, verdict = self._kept.get(key, (0.0, None))
        if verdict is not None and time.monotonic() < expiry:
            return verdict
        verdict = await self._ask(api, authorizer, token, arn)
        ttl = int(authorizer.terms.get("authorizerResultTtlInSeconds", DEFAULT_TTL))
        if ttl:
            if len(self._kept) >= KEPT_POLICIES:
                self._kept.clear()
            self._kept[key] = (time.monotonic() + ttl, verdict)
        return verdict

    async def _ask(self, api: Api, authorizer: Authorizer, token: str, arn: str) -> Verdict:
        event = orjson.dumps({"type": "TOKEN", "authorizationToken": token, "methodArn": arn})
        try:
            found = FUNCTION_ARN.search(api.with_variables(authorizer.terms["authorizerUri"]))
            told = orjson.loads(await self.functions.invoke(found[1] if found else "", event, inner=True))
            return verdict_of(told)
        except FunctionError as error:
            if orjson.loads(error.payload).get("errorMessage") == UNAUTHORIZED:
                raise Refused(message(401, UNAUTHORIZED)) from error
            raise Refused(json_answer(500, {"message": None})) from error
        except Refused:
            raise
        except Exception as error:
            raise Refused(json_answer(500, {"message": None})) from error


def verdict_of(told: Any) -> Verdict:
    """An authorizer's result; ValueError, TypeError or KeyError where API Gateway would not take it."""
    context = told.get("context") or {}
    if any(isinstance(value, (dict, list)) for value in context.values()):
        raise ValueError("a context holds plain values only")
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in context.items()}
    return Verdict(tuple(told["policyDocument"]["Statement"]), {"principalId": told["principalId"], **texts})


def weigh(statements: Iterable[Mapping[str, Any]], arn: str) -> None:
    """Does a policy allow a method? A denial goes before all. Raises Refused."""
    effects = {one["Effect"] for one in statements if covers(one, arn)}
    if "Deny" in effects:
        raise Refused(json_answer(403, {"Message": EXPLICITLY}))
    if "Allow" not in effects:
        raise Refused(json_answer(403, {"Message": DENIED}))


def covers(statement: Mapping[str, Any], arn: str) -> bool:
    """Does a statement speak of invoking a method?"""
    return any(fits(one, INVOKE_ACTION) for one in listed(statement["Action"])) and any(
        fits(one, arn) for one in listed(statement["Resource"])
    )


def listed(value: Any) -> list[str]:
    """One text, or several."""
    return [value] if isinstance(value, str) else list(value)


def fits(pattern: str, text: str) -> bool:
    """Does a text fit a pattern of IAM's?"""
    return compiled(pattern).fullmatch(text) is not None


@lru_cache(1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of IAM's, in which `*` is any text and `?` any sign, as one of Python's."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL | re.IGNORECASE)
