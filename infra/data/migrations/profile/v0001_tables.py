"""The 13 tables that the old profile database has; written out, as a migration must not change with the code."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "profile_0001"
down_revision = None

COLLATION = "utf8mb4_general_ci"
MYSQL = ("mysql", "mariadb")
Bit = sa.Boolean().with_variant(mysql.BIT(1), *MYSQL)
LongText = sa.Text(collation=COLLATION).with_variant(mysql.LONGTEXT(collation=COLLATION), *MYSQL)
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(
    name: str, *, required: bool = False, unique: bool = False, size: int = 255, index: bool = False
) -> sa.Column[str]:
    return sa.Column(name, sa.String(size, COLLATION), nullable=not required, unique=unique, index=index or None)


def _key(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, Number, primary_key=True, autoincrement=True)


def _name() -> sa.Column[str]:
    return sa.Column("name", sa.String(100, COLLATION), primary_key=True)


def _part(name: str, target: str, size: int = 100) -> sa.Column[str]:
    return sa.Column(name, sa.String(size, COLLATION), sa.ForeignKey(target, ondelete="CASCADE"), primary_key=True)


def _link(name: str, target: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(size, COLLATION), sa.ForeignKey(target), nullable=False, index=True)


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    storage = {"engine": "InnoDB", "default_charset": "utf8mb4", "collate": COLLATION}
    options: dict[str, Any] = {f"{dialect}_{option}": value for dialect in MYSQL for option, value in storage.items()}
    checks = [  # which MySQL's strict mode refuses by itself
        sa.CheckConstraint(f'length("{part.name}") <= {part.type.length}').ddl_if(dialect="sqlite")
        for part in parts
        if isinstance(part, sa.Column) and isinstance(part.type, sa.String) and part.type.length
    ]
    counted = any(isinstance(part, sa.Column) and part.autoincrement is True for part in parts)
    op.create_table(name, *parts, *checks, sqlite_autoincrement=counted, **options)


def upgrade() -> None:
    """Make the tables, parents first."""
    _make_permissions()
    _make_users()
    _make_trainees()
    added = sa.Column("dateAdded", sa.DateTime, nullable=False, server_default=sa.func.current_timestamp())
    enabled: sa.Column[bool] = sa.Column("enabled", Bit, server_default=sa.text("1"))
    names = (_text("tableDtoName", required=True), _text("patchId"))
    _table("JsonPatch", _key(), *names, sa.Column("patch", LongText), added, enabled)


def _make_permissions() -> None:
    policy = [_text(name, required=True) for name in ("principal", "resource", "actions", "effect")]
    _table("Permission", _name(), _text("type", size=100), _text("description"), *policy)
    ends = [_link(name, "Permission.name", 100) for name in ("permission", "requires")]
    _table("PermissionRequires", _key(), *ends, _text("reason"))
    _table("Role", _name())
    _table("RolePermission", _part("roleName", "Role.name"), _part("permissionName", "Permission.name"))


def _make_users() -> None:
    names = (_text("firstName", size=70), _text("lastName", required=True, size=50), _text("gmcId", size=7))
    reached = (_text("phoneNumber", size=20), _text("emailAddress", required=True, size=100))
    _table("HeeUser", _name(), *names, *reached, sa.Column("active", Bit))
    _table("UserRole", _part("userName", "HeeUser.name"), _part("roleName", "Role.name"))
    code = sa.Column("designatedBodyCode", sa.String(50, COLLATION), primary_key=True, index=True)
    _table("UserDesignatedBody", _part("userName", "HeeUser.name", 50), code)
    trust = (sa.Column("trustId", sa.BigInteger, nullable=False), _text("trustCode", required=True))
    _table("UserTrust", _key(), _link("heeUser", "HeeUser.name", 255), *trust, _text("trustName", required=True))
    programme = (_text("programmeId"), _text("programmeName"), _text("programmeNumber", required=True))
    _table("UserProgramme", _key(), _link("heeUser", "HeeUser.name", 255), *programme)


def _state() -> list[sa.Column[Any]]:
    return [sa.Column("active", Bit), sa.Column("dateAdded", sa.Date)]


def _make_trainees() -> None:
    number = _text("gmcNumber", required=True, unique=True, size=7)
    _table("TraineeProfile", _key("tisId"), number, *_state(), _text("designatedBodyCode", size=20, index=True))
    _table(
        "REVINFO",
        sa.Column("REV", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("REVTSTMP", sa.BigInteger),
    )
    _table(
        "TraineeProfile_AUD",
        sa.Column("tisId", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("REV", sa.Integer, sa.ForeignKey("REVINFO.REV"), primary_key=True),
        sa.Column("REVTYPE", sa.SmallInteger),
        *_state(),
        _text("designatedBodyCode"),
        _text("gmcNumber"),
    )
