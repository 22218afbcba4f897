"""The old UserProfile: what `/api/userinfo` tells of a user, as types."""

from typing_extensions import TypedDict


class HeldPolicy(TypedDict):
    """A permission's policy: what it allows, or denies, on which resource."""

    name: str
    principal: str
    resource: str
    actions: list[str]
    effect: str


class AssignedTrust(TypedDict):
    """A trust by its own id."""

    id: int | None
    trustCode: str
    trustName: str


class AssignedProgramme(TypedDict):
    """A programme by its own id."""

    id: int | None
    programmeName: str | None
    programmeNumber: str


class UserProfile(TypedDict):
    """What every other service knows of its caller."""

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
    permissionPolicies: list[HeldPolicy]
    assignedTrusts: list[AssignedTrust] | None
    assignedProgrammes: list[AssignedProgramme] | None
