"""The tables of the `auth` database, under their old names: users, roles, permissions, trainee ids, patches."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, MetaData, SmallInteger, String, Table, true

from shared.columns import COLLATION, Bit, Number, json_patch_table, number_key, text

metadata = MetaData()


def _name(size: int = 100) -> Column[str]:
    return Column("name", String(size, COLLATION), primary_key=True)


def _part(name: str, target: str, size: int = 100) -> Column[str]:
    """A part of a link's key: the name of a row elsewhere, whose end is the link's too."""
    return Column(name, String(size, COLLATION), ForeignKey(target, ondelete="CASCADE"), primary_key=True)


def _owner() -> Column[str]:
    """The user to whom a row belongs."""
    return Column("heeUser", String(255, COLLATION), ForeignKey("HeeUser.name"), nullable=False, index=True)


def _permission(name: str) -> Column[str]:
    return Column(name, String(100, COLLATION), ForeignKey("Permission.name"), nullable=False, index=True)


permission = Table(
    "Permission",
    metadata,
    _name(),
    text("type", size=100),
    text("description"),
    text("principal", required=True),
    text("resource", required=True),
    text("actions", required=True),
    text("effect", required=True),
)
permission_requires = Table(
    "PermissionRequires",
    metadata,
    number_key(),
    _permission("permission"),
    _permission("requires"),
    text("reason"),
)
role = Table("Role", metadata, _name())
role_permission = Table(
    "RolePermission", metadata, _part("roleName", "Role.name"), _part("permissionName", "Permission.name")
)
user = Table(
    "HeeUser",
    metadata,
    _name(),
    text("firstName", size=70),
    text("lastName", required=True, size=50),
    text("gmcId", size=7),
    text("phoneNumber", size=20),
    text("emailAddress", required=True, size=100),
    Column("active", Bit),
)
is_active = user.c.active == true()  # a user of whom the column says nothing is not
user_role = Table("UserRole", metadata, _part("userName", "HeeUser.name"), _part("roleName", "Role.name"))
user_body = Table(
    "UserDesignatedBody",
    metadata,
    _part("userName", "HeeUser.name", 50),
    Column("designatedBodyCode", String(50, COLLATION), primary_key=True, index=True),
)
user_trust = Table(
    "UserTrust",
    metadata,
    number_key(),
    _owner(),
    Column("trustId", BigInteger, nullable=False),
    text("trustCode", required=True),
    text("trustName", required=True),
)
user_programme = Table(
    "UserProgramme",
    metadata,
    number_key(),
    _owner(),
    text("programmeId"),
    text("programmeName"),
    text("programmeNumber", required=True),
)
trainee = Table(
    "TraineeProfile",
    metadata,
    Column("tisId", Number, primary_key=True, autoincrement=True),
    text("gmcNumber", required=True, unique=True, size=7),
    Column("active", Bit),
    Column("dateAdded", Date),
    text("designatedBodyCode", size=20, index=True),
)
revision = Table(
    "REVINFO",
    metadata,
    Column("REV", Integer, primary_key=True, autoincrement=True),
    Column("REVTSTMP", BigInteger),
)
trainee_revision = Table(
    "TraineeProfile_AUD",
    metadata,
    Column("tisId", BigInteger, primary_key=True, autoincrement=False),
    Column("REV", Integer, ForeignKey("REVINFO.REV"), primary_key=True),
    Column("REVTYPE", SmallInteger),
    Column("active", Bit),
    Column("dateAdded", Date),
    text("designatedBodyCode"),
    text("gmcNumber"),
)
json_patch = json_patch_table(metadata)
