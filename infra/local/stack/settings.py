"""What a stack is made of, and what its functions are told by their environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.environments.context import MEMORY_MB, REGION
from infra.local.environments.template import Function
from infra.local.gateway.dispatch import FACADE
from infra.local.identity.keys import cookie_key
from infra.local.identity.tokens import AUDIENCE, issuer_of, jwks_url_of
from infra.local.stack.folder import StackError, StackFolder

ROUTES_TABLE = "tis-routes"
# Half of the facade's environments are for calls from inside: as many as a service may have, each of which asks one thing.
FACADE_LIMIT, FACADE_RESERVED, SERVICE_LIMIT = 64, 32, 32


@dataclass(frozen=True)
class Layout:
    """The addresses and files of one stack."""

    port: int
    root: Path
    folder: StackFolder
    dynamodb: str
    legacy_url: str
    databases: Mapping[str, str]  # URL by service

    @property
    def gateway(self) -> str:
        """The one public address."""
        return f"http://127.0.0.1:{self.port}"

    def state(self) -> dict[str, object]:
        """What other commands are told, in stack.json."""
        return {
            "gateway": self.gateway,
            "dynamodb": self.dynamodb,
            "routes_table": ROUTES_TABLE,
            "region": REGION,
            "pid": os.getpid(),
            "database_url": self.databases.get("reference"),
            "databases": dict(self.databases),
            "legacy_url": self.legacy_url,
            "users": str(self.folder.users),
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
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb,
            "TIS_ROUTES_TABLE": ROUTES_TABLE,
        }

    def function(self, name: str) -> Function:
        """A service as a function."""
        urls = {f"TIS_{other.upper()}_URL": f"{self.gateway}/_fn/{other}" for other in services_of(self.root)}
        environ = {
            **self.common_environ(),
            **urls,
            "TIS_LEGACY_URL": self.legacy_url,
            "TIS_PROFILE_URL": f"{self.gateway}/_inner/profile",
            "TIS_ISSUER": issuer_of(self.port),
            "TIS_JWKS_URL": jwks_url_of(self.port),
            "TIS_AUDIENCE": AUDIENCE,
            "TIS_COOKIE_KEY": cookie_key(self.folder.path),
            "AWS_LAMBDA_FUNCTION_NAME": f"tis-{name}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MB),
            "POWERTOOLS_SERVICE_NAME": f"tis-{name}",
            "POWERTOOLS_METRICS_NAMESPACE": "tis",
        }
        if name in self.databases:
            environ["TIS_DATABASE_URL"] = self.databases[name]
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
