"""A user's profile as FastAPI's own pages teach it: pydantic models, SQLAlchemy's ORM, a session a request.

The token is decoded and not verified, as the old service did. What belongs to the user is loaded in one of two ways: all
by one joined statement, as the old service did, or each collection by a statement of its own, as SQLAlchemy's pages
advise (`selectin`). `python -m tests.bench.peers.userinfo_orm LOADING URL PORT` serves it by uvicorn: it says when it
listens, and ends when its standard input is closed.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from mangum import Mangum
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, joinedload, selectinload, sessionmaker

from tests.bench.peers.profile_models import PermissionRow, Policy, Programme, RoleRow, Trust, UserProfile, UserRow

LOADINGS: Mapping[str, Callable[..., Any]] = {"joined": joinedload, "selectin": selectinload}
POOL_SIZE = 20


def make_app(loading: str, url: str) -> FastAPI:
    """The app on the database at a URL, with one of the ways of loading."""
    app = FastAPI()
    sessions = sessionmaker(create_engine(url, pool_size=POOL_SIZE))
    load = LOADINGS[loading]
    whole = select(UserRow).options(
        load(UserRow.roles).options(load(RoleRow.permissions)),
        load(UserRow.bodies),
        load(UserRow.trusts),
        load(UserRow.programmes),
    )

    def open_session() -> Iterator[Session]:
        with sessions() as session:
            yield session

    Opened = Annotated[Session, Depends(open_session)]  # noqa: N806 - an annotation is spelt as a type

    @app.get("/profile/api/userinfo", response_model=UserProfile)
    @app.get("/orm/profile/api/userinfo", response_model=UserProfile)  # its route behind the facade
    def get_userinfo(session: Opened, authorization: Annotated[str, Header()]) -> Any:
        claims = jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})
        name = claims["preferred_username"]
        user = session.scalars(whole.where(UserRow.name == name, UserRow.active.is_(True))).unique().first()
        own = session.scalars(
            select(PermissionRow).where(PermissionRow.principal.endswith(f":{name}", autoescape=True))
        )
        if user is None or not any(role.permissions for role in user.roles):
            raise HTTPException(404, f"User with username {name} either not found or not active")
        return as_profile(user, list(own))

    return app


def as_profile(user: UserRow, own: list[PermissionRow]) -> UserProfile:
    """The answer about a user, who has policies of his or her own beside those of the roles."""
    held = {permission.name: permission for role in user.roles for permission in role.permissions}
    return UserProfile(
        userName=user.name,
        fullName=f"{user.firstName} {user.lastName}",
        firstName=user.firstName,
        lastName=user.lastName,
        roles=[role.name for role in user.roles],
        permissions=list(held),
        gmcId=user.gmcId,
        designatedBodyCodes=[body.designatedBodyCode for body in user.bodies] or ["None"],
        phoneNumber=user.phoneNumber,
        emailAddress=user.emailAddress,
        permissionPolicies=[as_policy(one) for one in (held | {one.name: one for one in own}).values()],
        assignedTrusts=[Trust(id=one.trustId, trustCode=one.trustCode, trustName=one.trustName) for one in user.trusts],
        assignedProgrammes=[as_programme(one) for one in user.programmes],
    )


def as_policy(row: PermissionRow) -> Policy:
    """A permission's policy."""
    return Policy(
        name=row.name,
        principal=row.principal,
        resource=row.resource,
        actions=row.actions.split(","),
        effect=row.effect,
    )


def as_programme(row: Any) -> Programme:
    """A programme."""
    return Programme(
        id=row.programmeId and int(row.programmeId),
        programmeName=row.programmeName,
        programmeNumber=row.programmeNumber,
    )


def make_handler(loading: str, url: str) -> Mangum:
    """The app as a function behind API Gateway."""
    return Mangum(make_app(loading, url), lifespan="off")


def serve(loading: str, url: str, port: str) -> None:
    """Serve by uvicorn, with its fastest parts, until standard input is closed."""
    config = uvicorn.Config(
        make_app(loading, url), port=int(port), loop="uvloop", http="httptools", log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    listener = config.bind_socket()

    def follow_input() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=follow_input, daemon=True).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    server.run([listener])


if __name__ == "__main__":
    serve(*sys.argv[1:])
