"""/api/profile-info, and the health pages that need no token."""

from pydantic import BaseModel

from shared.http.endpoint import Resource
from shared.principals import PUBLIC, SIGNED_IN

routes = Resource()


class ProfileInfo(BaseModel):
    """The run profiles of the old framework, which the old front end asks for."""

    activeProfiles: tuple[str, ...] = ("swagger", "local")
    ribbonEnv: str | None = None


class Health(BaseModel):
    """Whether the service is up."""

    status: str = "UP"


@routes.endpoint("GET", "/api/profile-info", allow=SIGNED_IN)
def get_profile_info() -> ProfileInfo:
    """The active run profiles."""
    return ProfileInfo()


@routes.endpoint("GET", "/actuator/health", allow=PUBLIC)
def get_health() -> Health:
    """UP, whenever the function answers at all."""
    return Health()
