"""The tables behind userinfo as SQLAlchemy's ORM maps them, and its answer as pydantic models."""

from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The mapped tables."""


class UserRoleRow(Base):
    """A row of UserRole."""

    __tablename__ = "UserRole"
    userName: Mapped[str] = mapped_column(ForeignKey("HeeUser.name"), primary_key=True)
    roleName: Mapped[str] = mapped_column(ForeignKey("Role.name"), primary_key=True)


class RolePermissionRow(Base):
    """A row of RolePermission."""

    __tablename__ = "RolePermission"
    roleName: Mapped[str] = mapped_column(ForeignKey("Role.name"), primary_key=True)
    permissionName: Mapped[str] = mapped_column(ForeignKey("Permission.name"), primary_key=True)


class PermissionRow(Base):
    """A row of Permission."""

    __tablename__ = "Permission"
    name: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str]
    resource: Mapped[str]
    actions: Mapped[str]
    effect: Mapped[str]


class RoleRow(Base):
    """A row of Role."""

    __tablename__ = "Role"
    name: Mapped[str] = mapped_column(primary_key=True)
    permissions: Mapped[list[PermissionRow]] = relationship(secondary="RolePermission")


class BodyRow(Base):
    """A row of UserDesignatedBody."""

    __tablename__ = "UserDesignatedBody"
    userName: Mapped[str] = mapped_column(ForeignKey("HeeUser.name"), primary_key=True)
    designatedBodyCode: Mapped[str] = mapped_column(primary_key=True)


class TrustRow(Base):
    """A row of UserTrust."""

    __tablename__ = "UserTrust"
    id: Mapped[int] = mapped_column(primary_key=True)
    heeUser: Mapped[str] = mapped_column(ForeignKey("HeeUser.name"))
    trustId: Mapped[int]
    trustCode: Mapped[str]
    trustName: Mapped[str]


class ProgrammeRow(Base):
    """A row of UserProgramme."""

    __tablename__ = "UserProgramme"
    id: Mapped[int] = mapped_column(primary_key=True)
    heeUser: Mapped[str] = mapped_column(ForeignKey("HeeUser.name"))
    programmeId: Mapped[str | None]
    programmeName: Mapped[str | None]
    programmeNumber: Mapped[str]


class UserRow(Base):
    """A row of HeeUser."""

    __tablename__ = "HeeUser"
    name: Mapped[str] = mapped_column(primary_key=True)
    firstName: Mapped[str | None]
    lastName: Mapped[str]
    gmcId: Mapped[str | None]
    phoneNumber: Mapped[str | None]
    emailAddress: Mapped[str]
    active: Mapped[bool | None]
    roles: Mapped[list[RoleRow]] = relationship(secondary="UserRole")
    bodies: Mapped[list[BodyRow]] = relationship()
    trusts: Mapped[list[TrustRow]] = relationship()
    programmes: Mapped[list[ProgrammeRow]] = relationship()


class Policy(BaseModel):
    """A permission's policy, as shown."""

    name: str
    principal: str
    resource: str
    actions: list[str]
    effect: str


class Trust(BaseModel):
    """A trust that a user works for, as shown."""

    id: int
    trustCode: str
    trustName: str


class Programme(BaseModel):
    """A programme that a user works for, as shown."""

    id: int | None
    programmeName: str | None
    programmeNumber: str


class UserProfile(BaseModel):
    """The answer of userinfo."""

    userName: str
    fullName: str
    firstName: str | None
    lastName: str
    roles: list[str]
    permissions: list[str]
    gmcId: str | None
    designatedBodyCodes: list[str]
    phoneNumber: str | None
    emailAddress: str
    permissionPolicies: list[Policy]
    assignedTrusts: list[Trust]
    assignedProgrammes: list[Programme]
