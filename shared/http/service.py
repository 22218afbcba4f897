"""A service as a Chalice app: the place that knows Chalice, beside the facade's own app.

Chalice publishes one greedy resource; the calls are dispatched here, on a trie, since an API may have 300 resources
and Chalice's own dispatch would cost more than the call.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chalice.app import Chalice

from shared import observability
from shared.config import ConfigError, load
from shared.db import Database, Work
from shared.dialect import Dialect, error_body
from shared.errors import ApiError, Forbidden, NoSuchPath, NotAcceptable, Unauthorised, Unavailable
from shared.http.binding import Call
from shared.http.dispatch import METHODS, EndpointTable
from shared.http.endpoint import IDENTITY, Endpoint, Resource
from shared.http.origins import allow_origin, preflight
from shared.http.reply import Reply, to_event
from shared.http.request import Request
from shared.issuer_stage import IssuerStage, reader_of
from shared.issuers import Issuers
from shared.kept_principals import Principals
from shared.key_sets import KeysUnavailable
from shared.principals import Principal
from shared.tokens import Identity, TokenError, Verifier, all_count


@dataclass(frozen=True)
class Settings:
    """What every service is told by its environment: TIS_DATABASE_URL and so on."""

    database_url: str
    issuers: Issuers
    routes_table: str = ""


@dataclass(frozen=True)
class ProfileSettings:
    """What a service is told of profile: TIS_PROFILE_URL, and for how many seconds an answer is good, and good enough."""

    profile_url: str
    principal_seconds: float = 60.0
    principal_stale_seconds: float = 300.0


Resolve = Callable[[Work, str], Principal]


class Service(Chalice):
    """The endpoints of some resources below a context path, in a legacy service's dialect."""

    def __init__(
        self, name: str, context: str, dialect: Dialect, resources: Iterable[Resource], resolve: Resolve | None = None
    ) -> None:
        """`resolve` finds a principal by the service's own rows: for the one service that all others ask."""
        super().__init__(app_name=name)
        self.api.binary_types = ["*/*"]  # bodies come and go as bytes: Chalice's own list would garble compressed ones
        self.dialect = dialect
        self.resolve = resolve
        self.endpoints: list[Endpoint] = []
        self.lines = observability.RequestLines(name, ("route", "status"), ("method", "status_code"))
        self._table = EndpointTable(context)
        self.route("/{proxy+}", methods=list(METHODS), content_types=["*/*"])(no_view)
        for resource in resources:
            for endpoint in resource.endpoints:
                self.endpoints.append(replace(endpoint, template=context + endpoint.template))
                self._table.add(self.endpoints[-1])

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
        """Verifies the tokens of the issuers that count: of several, the route table tells which."""
        table, issuers = self.settings.routes_table, self.settings.issuers
        if len(issuers) > 1 and not table:
            raise ConfigError("TIS_ROUTES_TABLE is not set: with more than one issuer, it tells whose tokens count")
        return Verifier(issuers, IssuerStage(reader_of(table)) if table else all_count)

    @cached_property
    def principals(self) -> Principals:
        """Asks profile for authorities."""
        settings = load(ProfileSettings)
        return Principals(settings.profile_url, settings.principal_seconds, settings.principal_stale_seconds)

    def __call__(self, event: Mapping[str, Any], context: Any) -> Any:
        """Answer an event: calls of the API here, anything else by Chalice."""
        if "httpMethod" not in event:
            return super().__call__(event, context)
        started = time.perf_counter()
        call = Call(Request(event))
        reply = self._reply(call)
        reply.headers |= self.dialect.headers(reply, call.request) | allow_origin(call.request, call.endpoint)
        reply.media_type = self.dialect.media_type(reply, call.request)
        answer = to_event(reply, self._standing(call))
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
        found = self._table.find(request)
        call.endpoint, call.parameters = found.endpoint, found.parameters
        if request.is_preflight:
            return preflight(request, found.endpoint)
        identity = self._verified(request) if found.needs_token else None
        if found.endpoint is None:
            if not found.at_path:
                raise NoSuchPath
            return found.options(request)
        if not request.accepts_json:
            raise NotAcceptable
        return self._run(found.endpoint, call, identity)

    def _verified(self, request: Request) -> Identity:
        token = request.token
        if not token:
            raise Unauthorised("A bearer token is needed.")
        try:
            return self.verifier.verify(token)
        except TokenError as error:
            raise Unauthorised("The token is expired, or not one of ours.") from error
        except KeysUnavailable as error:
            raise Unavailable("Tokens cannot be verified now. Try again.") from error

    def _run(self, endpoint: Endpoint, call: Call, identity: Identity | None) -> Reply:
        arguments = endpoint.bind(call)
        if endpoint.check is not None:
            endpoint.check(arguments["body"])
        if endpoint.wants_identity:
            arguments[IDENTITY] = self._verified(call.request) if call.request.token is not None else None
        if identity is not None and (endpoint.wants_principal or endpoint.allow.needs_principal):
            principal = self._principal(identity, call.request)
            if not endpoint.allow.admits(principal):
                raise Forbidden
            if endpoint.wants_principal:
                arguments["principal"] = principal
        if not endpoint.works:
            return as_reply(endpoint.view(**arguments))
        with self.database.work(dry_run=call.request.is_dry_run) as work:
            return as_reply(endpoint.view(**arguments, work=work))

    def _principal(self, identity: Identity, request: Request) -> Principal:
        if self.resolve is None:
            return self.principals.of(request.token or "", identity.user, request.passed_on)
        with self.database.work() as work:
            return self.resolve(work, identity.user)

    def _standing(self, call: Call) -> Mapping[str, list[str]]:
        own = call.endpoint and call.endpoint.standing
        return self.dialect.standing if own is None else own


def no_view() -> None:
    """Stands in Chalice's table for all endpoints; calls never reach it."""


def as_reply(result: Any) -> Reply:
    """What a view gave, as an answer."""
    return result if isinstance(result, Reply) else Reply(result)
