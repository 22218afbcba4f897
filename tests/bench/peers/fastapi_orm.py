"""Sites as FastAPI's own pages teach it: pydantic models of the answers, SQLAlchemy's ORM, a session a request.

No token is looked at. The rows come with the same SQL as the service's own: one joined statement for the rows, one to
count them.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from mangum import Mangum
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, func, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

SEARCHED = ("siteCode", "trustCode", "siteName", "postCode", "address", "siteKnownAs")


class Base(DeclarativeBase):
    """The mapped tables."""


class OrganizationTypeRow(Base):
    """A row of OrganizationType."""

    __tablename__ = "OrganizationType"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str | None]
    code: Mapped[str | None]
    label: Mapped[str | None]
    status: Mapped[str | None]


class SiteRow(Base):
    """A row of Site."""

    __tablename__ = "Site"
    id: Mapped[int] = mapped_column(primary_key=True)
    siteCode: Mapped[str | None]
    startDate: Mapped[date | None]
    endDate: Mapped[date | None]
    localOffice: Mapped[str | None]
    trustCode: Mapped[str | None]
    trustId: Mapped[int | None]
    siteName: Mapped[str | None]
    address: Mapped[str | None]
    postCode: Mapped[str | None]
    siteKnownAs: Mapped[str | None]
    siteNumber: Mapped[str | None]
    organisationalUnit: Mapped[str | None]
    organizationTypeId: Mapped[int | None] = mapped_column(ForeignKey("OrganizationType.id"))
    status: Mapped[str | None]
    intrepidId: Mapped[str | None]
    organizationType: Mapped[OrganizationTypeRow | None] = relationship(lazy="joined")


class OrganizationType(BaseModel):
    """An organisation type, as shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    uuid: str | None
    code: str | None
    label: str | None
    status: str | None


class Site(BaseModel):
    """A site, as shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    siteCode: str | None
    startDate: date | None
    endDate: date | None
    localOffice: str | None
    trustCode: str | None
    trustId: int | None
    siteName: str | None
    address: str | None
    postCode: str | None
    siteKnownAs: str | None
    siteNumber: str | None
    organisationalUnit: str | None
    organizationType: OrganizationType | None
    status: str | None
    intrepidId: str | None


def make_app(url: str) -> FastAPI:
    """The app on the database at a URL."""
    app = FastAPI()
    sessions = sessionmaker(create_engine(url))

    def open_session() -> Iterator[Session]:
        with sessions() as session:
            yield session

    Opened = Annotated[Session, Depends(open_session)]  # noqa: N806 - an annotation is spelt as a type

    @app.get("/reference/api/sites/{site_id}", response_model=Site)
    def get_site(site_id: int, session: Opened) -> Any:
        site = session.get(SiteRow, site_id)
        if site is None:
            raise HTTPException(404, "Not found")
        return site

    @app.get("/reference/api/sites", response_model=list[Site])
    def list_sites(
        session: Opened,
        response: Response,
        *,
        search: Annotated[str | None, Query(alias="searchQuery")] = None,
        filters: Annotated[str, Query(alias="columnFilters")] = "{}",
        page: int = 0,
        size: int = 20,
    ) -> Any:
        fits = [getattr(SiteRow, name).in_(values) for name, values in json.loads(filters).items()]
        if search:
            fits.append(or_(*(getattr(SiteRow, name).like(f"%{search}%") for name in SEARCHED)))
        statement = select(SiteRow).where(*fits).order_by(SiteRow.id).limit(size).offset(page * size)
        sites = session.scalars(statement).all()
        response.headers["X-Total-Count"] = str(session.scalar(select(func.count(SiteRow.id)).where(*fits)))
        return sites

    return app


def make_handler(url: str) -> Mangum:
    """The app as a function behind API Gateway."""
    return Mangum(make_app(url), lifespan="off")
