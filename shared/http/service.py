"""A service as a Chalice app: the place that knows Chalice, beside the facade's own app.

Chalice publishes one greedy resource; the calls are dispatched here, on a trie, since an API may have 300 resources
and Chalice's own dispatch would cost more than the call.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chalice.app import Chalice

from shared import observability
from shared.config import load
from shared.db import Database
from shared.dialect import STANDING_HEADERS, Dialect, error_body, language_cookie
from shared.errors import ApiError, Forbidden, MethodNotAllowed, NoSuchPath, NotAcceptable, Unauthorised, Unavailable
from shared.http.binding import Call
from shared.http.endpoint import Endpoint, Resource
from shared.http.reply import TEXT, Reply, to_event
from shared.http.request import Request
from shared.principals import Principals
from shared.tokens import KeysUnavailable, TokenError, Verifier
from shared.trie import Trie

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class Settings:
    """What every service is told by its environment: TIS_DATABASE_URL and so on."""

    database_url: str
    profile_url: str
    issuer: str
    jwks_url: str
    audience: str
    principal_seconds: float = 60.0
    principal_stale_seconds: float = 300.0


class Service(Chalice):
    """The endpoints of some resources below a context path, in a legacy service's dialect."""

    def __init__(self, name: str, context: str, dialect: Dialect, resources: Iterable[Resource]) -> None:
        super().__init__(app_name=name)
        self.api.binary_types = ["*/*"]  # bodies come and go as bytes: Chalice's own list would garble compressed ones
        self.dialect, self.guarded = dialect, [context.strip("/"), "api"]
        self.endpoints: list[Endpoint] = []
        self.lines = observability.RequestLines(name, ("route", "status"), ("method", "status_code"))
        self._trie: Trie[dict[str, Endpoint]] = Trie()
        self.route("/{proxy+}", methods=METHODS, content_types=["*/*"])(no_view)
        for resource in resources:
            for endpoint in resource.endpoints:
                self._add(replace(endpoint, template=context + endpoint.template))

    def _add(self, endpoint: Endpoint) -> None:
        node = self._trie.at(endpoint.template)
        node.value = node.value or {}
        if (other := node.value.get(endpoint.method)) is not None:
            raise ValueError(
                f"{endpoint.method} {endpoint.template} is served twice: {other.source}, {endpoint.source}"
            )
        node.value[endpoint.method] = endpoint
        self.endpoints.append(endpoint)

    @cached_property
    def settings(self) -> Settings:
        """The environment, read at the first call."""
        return load(Settings)

    @cached_property
    def database(self) -> Database:
        """The service's database."""
        return Database(self.settings.database_url)

    @cached_property
    def verifier(self) -> Verifier:
        """Verifies the tokens of the one issuer."""
        return Verifier(self.settings.issuer, self.settings.jwks_url, self.settings.audience)

    @cached_property
    def principals(self) -> Principals:
        """Asks profile for authorities."""
        settings = self.settings
        return Principals(settings.profile_url, settings.principal_seconds, settings.principal_stale_seconds)

    def __call__(self, event: Mapping[str, Any], context: Any) -> Any:
        """Answer an event: calls of the API here, anything else by Chalice."""
        if "httpMethod" not in event:
            return super().__call__(event, context)
        started = time.perf_counter()
        call = Call(Request(event))
        reply = self._reply(call)
        reply.headers |= language_cookie(call.request)
        answer = to_event(reply, STANDING_HEADERS)
        if call.request.method == "HEAD":
            answer["multiValueHeaders"]["Content-Length"] = [str(len(answer["body"].encode()))]
            answer["body"] = ""
        self._log(call, reply.status, time.perf_counter() - started, context)
        return answer

    def _reply(self, call: Call) -> Reply:
        try:
            return self._answer(call)
        except ApiError as error:
            return self.dialect.render(error, call.request)
        except Exception:  # noqa: BLE001 - whatever it was, the caller gets an answer, and the log the cause
            observability.logger.exception("a view failed", route=call.route)
            return Reply(error_body("error.internalServerError", "Internal server error"), 500)

    def _log(self, call: Call, status: int, seconds: float, context: Any) -> None:
        request = call.request
        self.lines.write(
            (call.route, f"{status // 100}xx"),
            (request.method, status),
            seconds,
            correlation_id=request.correlation_id,
            context=context,
            trace=request.headers.get("x-amzn-trace-id", ""),
        )

    def _answer(self, call: Call) -> Reply:
        request = call.request
        if request.is_preflight:
            return Reply("Invalid CORS request", 403, media_type=TEXT)
        candidates = list(self._candidates(request.segments))
        method = "GET" if request.method == "HEAD" else request.method
        endpoint, call.parameters = next(
            ((found[method], held) for found, held in candidates if method in found), (None, ())
        )
        call.route = f"{method} {endpoint.template}" if endpoint else "none"
        guarded = endpoint.allow.needs_token if endpoint else request.segments[:2] == self.guarded
        token = self._verified(request) if guarded else None
        if not candidates:
            raise NoSuchPath
        if endpoint is None:
            return self._options(request, candidates)
        if not request.accepts_json:
            raise NotAcceptable
        return self._run(endpoint, call, token)

    def _candidates(self, segments: list[str]) -> Iterable[tuple[dict[str, Endpoint], tuple[str, ...]]]:
        yield from self._trie.matches(segments)
        if segments[-1] == "":
            yield from self._trie.matches(segments[:-1])

    def _options(self, request: Request, candidates: list[Any]) -> Reply:
        if request.method != "OPTIONS":
            raise MethodNotAllowed
        methods = {method for found, _ in candidates for method in found}
        allowed = [method for method in METHODS if method in methods or (method == "HEAD" and "GET" in methods)]
        return Reply(None, 200, {"Allow": ",".join([*allowed, "OPTIONS"])})

    def _verified(self, request: Request) -> tuple[str, str]:
        token = request.token
        if not token:
            raise Unauthorised("A bearer token is needed.")
        try:
            claims = self.verifier.verify(token)
        except TokenError as error:
            raise Unauthorised("The token is expired, or not one of ours.") from error
        except KeysUnavailable as error:
            raise Unavailable("Tokens cannot be verified now. Try again.") from error
        user = claims.get("preferred_username") or claims.get("sub")
        if not user:
            raise Unauthorised("The token names no user.")
        return token, str(user)

    def _run(self, endpoint: Endpoint, call: Call, token: tuple[str, str] | None) -> Reply:
        arguments = endpoint.bind(call)
        if endpoint.check is not None:
            endpoint.check(arguments["body"])
        if token is not None and (endpoint.wants_principal or endpoint.allow.needs_principal):
            principal = self.principals.of(*token, call.request.passed_on)
            if not endpoint.allow.admits(principal):
                raise Forbidden
            if endpoint.wants_principal:
                arguments["principal"] = principal
        if not endpoint.works:
            return as_reply(endpoint.view(**arguments))
        with self.database.work(dry_run=call.request.is_dry_run) as work:
            return as_reply(endpoint.view(**arguments, work=work))


def no_view() -> None:
    """Stands in Chalice's table for all endpoints; calls never reach it."""


def as_reply(result: Any) -> Reply:
    """What a view gave, as an answer."""
    return result if isinstance(result, Reply) else Reply(result)
