"""What a stack is made of, and what its functions are told by their environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.environments.context import MEMORY_MB, REGION
from infra.local.environments.template import Function
from infra.local.gateway.dispatch import FACADE
from infra.local.identity.issuers import PoolIds, issuers_of
from infra.local.identity.keys import cookie_key
from infra.local.stack.folder import StackError, StackFolder

ROUTES_TABLE = "tis-routes"
# A call holds an environment at each station of its way, and waits at one of them only. The longest way that services may
# take is facade, reference, facade (who is the caller?), profile, facade (is there such a body?), reference: the facade
# three times, a service twice. Each station has an environment for every call that comes from outside at a time, so none
# waits for one that waits for it. The facade's second and third stations are kept for calls from inside. Calls that go
# straight to a service, at /_fn/, are not counted: at worst some are turned away after five seconds.
CALLS = 32
FACADE_LIMIT, FACADE_RESERVED, SERVICE_LIMIT = 3 * CALLS, 2 * CALLS, 2 * CALLS


@dataclass(frozen=True)
class Layout:
    """The addresses and files of one stack."""

    port: int
    root: Path
    folder: StackFolder
    aws: str  # where DynamoDB and Cognito are
    legacy_url: str
    databases: Mapping[str, str]  # URL by service
    routes_table: str = ROUTES_TABLE

    @property
    def gateway(self) -> str:
        """The one public address."""
        return f"http://127.0.0.1:{self.port}"

    def state(self) -> dict[str, object]:
        """What other commands are told, in stack.json."""
        return {
            "gateway": self.gateway,
            "dynamodb": self.aws,
            "cognito": self.aws,
            "user_pool": PoolIds.of(self.folder.path).pool,
            "user_pool_client": PoolIds.of(self.folder.path).client,
            "issuers": self.issuers(),
            "routes_table": self.routes_table,
            "region": REGION,
            "pid": os.getpid(),
            "database_url": self.databases.get("reference"),
            "databases": dict(self.databases),
            "legacy_url": self.legacy_url,
            "logs": str(self.folder.path / "logs"),
        }

    def common_environ(self) -> dict[str, str]:
        """What all processes of the stack are told."""
        return {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_DYNAMODB": self.aws,
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": self.aws,
            "TIS_ROUTES_TABLE": self.routes_table,
        }

    def issuers(self) -> list[dict[str, object]]:
        """Whose tokens count."""
        return issuers_of(self.folder.path, self.port, self.aws)

    def service_urls(self, name: str) -> dict[str, str]:
        """Where a function finds the others: the facade at their own addresses, a service through gateway and facade.

        So what services ask of each other is moved as other callers' calls are, and no call goes in a circle.
        """
        others = [other for other in services_of(self.root) if other != FACADE]
        base = f"{self.gateway}/_fn/" if name == FACADE else f"{self.gateway}/_inner/"
        return {f"TIS_{other.upper()}_URL": base + other for other in others}

    def settings(self, name: str) -> dict[str, str]:
        """What a function is told of this stack: its settings and secrets, by their names in chalice.json."""
        told = {
            **self.service_urls(name),
            "TIS_LEGACY_URL": self.legacy_url,
            "TIS_ISSUERS": json.dumps(self.issuers()),
            "TIS_COOKIE_KEY": cookie_key(self.folder.path),
            "TIS_ROUTES_TABLE": self.routes_table,
        }
        if name in self.databases:
            told["TIS_DATABASE_URL"] = self.databases[name]
        return told

    def function(self, name: str) -> Function:
        """A service as a function."""
        environ = {
            **self.common_environ(),
            **self.settings(name),
            "AWS_LAMBDA_FUNCTION_NAME": f"tis-{name}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MB),
            "POWERTOOLS_SERVICE_NAME": f"tis-{name}",
            "POWERTOOLS_METRICS_NAMESPACE": "tis",
        }
        limit, reserved = (FACADE_LIMIT, FACADE_RESERVED) if name == FACADE else (SERVICE_LIMIT, 0)
        return Function(name, f"services.{name}.app:app", self.folder.log(name), environ, limit, reserved)


def services_of(root: Path) -> list[str]:
    """The services that stand in a project; StackError where there are none."""
    found = sorted(app.parent.name for app in root.glob("services/*/app.py"))
    if not found:
        raise StackError(
            "There is no TIS project in this folder. Change to the one that holds services/, and try again."
        )
    return found


def has_tables(root: Path, service: str) -> bool:
    """Does a service keep data of its own?"""
    return (root / "services" / service / "tables.py").exists()
