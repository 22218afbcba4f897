"""The 46 tables that the old reference database has; written out, as a migration must not change with the code."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "reference_0001"
down_revision = None

COLLATION = "utf8mb4_general_ci"
MYSQL = ("mysql", "mariadb")
Bit = sa.Boolean().with_variant(mysql.BIT(1), *MYSQL)
LongText = sa.Text(collation=COLLATION).with_variant(mysql.LONGTEXT(collation=COLLATION), *MYSQL)
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Uuid = sa.String(36, COLLATION)


def _text(
    name: str, *, required: bool = False, unique: bool = False, size: int = 255, index: bool = False
) -> sa.Column[str]:
    return sa.Column(name, sa.String(size, COLLATION), nullable=not required, unique=unique, index=index or None)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_text(name) for name in names]


def _code(name: str = "code") -> sa.Column[str]:
    return _text(name, required=True, unique=True)


def _label(name: str = "label") -> sa.Column[str]:
    return _text(name, required=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", Number, primary_key=True, autoincrement=True)


def _uuid_key(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, Uuid, primary_key=True)


def _uuid() -> sa.Column[str]:
    return sa.Column("uuid", Uuid, unique=True)


def _link(name: str, target: str, *, required: bool = False, kind: Any = Number) -> sa.Column[Any]:
    return sa.Column(name, kind, sa.ForeignKey(target), nullable=not required, index=True)


def _flag(name: str, default: str | None = None, *, required: bool = False) -> sa.Column[bool]:
    return sa.Column(name, Bit, nullable=not required, server_default=default and sa.text(default))


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    storage = {"engine": "InnoDB", "default_charset": "utf8mb4", "collate": COLLATION}
    options: dict[str, Any] = {f"{dialect}_{option}": value for dialect in MYSQL for option, value in storage.items()}
    columns = [part for part in parts if isinstance(part, sa.Column)]
    counted = any(column.primary_key and column.type is Number for column in columns)
    limits = [  # which MySQL's strict mode refuses by itself
        sa.CheckConstraint(f'length("{column.name}") <= {column.type.length}').ddl_if(dialect="sqlite")
        for column in columns
        if isinstance(column.type, sa.String) and column.type.length
    ]
    op.create_table(name, *parts, *limits, sqlite_autoincrement=counted, **options)


PLAIN = (
    *("InactiveReason", "LeavingDestination", "LeavingReason", "QualificationReference", "QualificationType"),
    *("RecordType", "TrainingNumberType"),
)
WITH_UUID = (
    *("CurriculumSubType", "GdcStatus", "Gender", "GmcStatus", "MaritalStatus", "OrganizationType", "PermitToWork"),
    *("PlacementType", "ProgrammeMembershipType", "ReligiousBelief", "Settled", "SexualOrientation", "Title"),
)


def upgrade() -> None:
    """Makes the tables, parents before children."""
    for name in PLAIN:
        _table(name, _key(), _code(), _label(), _text("status"))
    for name in WITH_UUID:
        _table(name, _key(), _uuid(), _code(), _label(), _text("status"))
    _make_lists()
    _make_grades_and_patches()
    _make_funding()
    _make_local_offices()
    _make_roles()
    _make_organisations()


def _make_lists() -> None:
    _table("AssessmentType", _key(), _uuid(), _code(), *_texts("label", "status"))
    _table("College", _key(), _uuid(), _code("abbreviation"), *_texts("name", "status"))
    _table("ConcernSource", _key(), _label("sourceName"))
    _table("ConcernType", _key(), _code(), _label())
    _table("Country", _key(), _uuid(), _code("countryNumber"), _label("nationality"), _text("status"))
    names = (_label("name"), _label("abbr"))
    _table("DBC", _key(), _uuid(), _code("dbc"), *names, *_texts("status", "type"), _flag("internal"))
    _table("EthnicOrigin", _key(), _uuid(), _code(), _text("status"))
    _table("MedicalSchool", _key(), _uuid(), _text("code"), _label(), _text("status"))
    _table("Nationality", _key(), _uuid(), _label("countryNumber"), _label("nationality"), _text("status"))
    _table("Rotation", _key(), _code(), _label(), _label("localOffice"), _text("status"))
    _table("Status", _key(), _code(), _label())


def _make_grades_and_patches() -> None:
    kinds = [_flag(name, "0", required=True) for name in ("trainingGrade", "postGrade", "placementGrade")]
    names = _texts("abbreviation", "name", "label")
    _table("Grade", _key(), _uuid(), *names, *kinds, _text("status"), _text("intrepidId", unique=True))
    rates = _texts("gradeAbbreviation", "tariffRate", "tariffRateFringe", "tariffRateLondon", "status")
    _table("TariffRate", _key(), _code(), sa.Column("gradeId", Number), *rates)
    stamp = sa.DateTime().with_variant(mysql.DATETIME(), *MYSQL)
    added = sa.Column("dateAdded", stamp, nullable=False, server_default=sa.func.current_timestamp())
    patch = sa.Column("patch", LongText)
    _table("JsonPatch", _key(), _label("tableDtoName"), _text("patchId"), patch, added, _flag("enabled", "1"))


def _make_funding() -> None:
    _table("FundingIssue", _key(), _code(), _text("status"))
    _table("FundingReason", _uuid_key(), _label("reason"), _text("status"))
    _table("FundingType", _key(), _uuid(), _code(), _label(), _text("status"), _flag("allowDetails", "0"))
    parent = _link("parentId", "FundingType.id", required=True)
    _table("FundingSubType", _uuid_key(), _label("code"), _label(), _text("status"), parent)


def _make_local_offices() -> None:
    names = (_code("abbreviation"), _label("name"), *_texts("postAbbreviation", "status"))
    _table("LocalOffice", _key(), _uuid(), *names)
    _table("LocalOfficeContactType", _uuid_key(), _code(), _label(), _text("status"))
    office = _link("localOfficeId", "LocalOffice.uuid", required=True, kind=Uuid)
    contact_type = _link("contactTypeId", "LocalOfficeContactType.id", required=True, kind=Uuid)
    pair = sa.UniqueConstraint("localOfficeId", "contactTypeId", name="idx_lo_contact_unique")
    _table("LocalOfficeContact", _uuid_key(), office, contact_type, _text("contact"), pair)
    _table("LocalOfficeNameMapping", _uuid_key("uuid"), *_texts("oldName", "newName", "reason"))


def _make_roles() -> None:
    _table("RoleCategory", _key(), _text("name", required=True, size=50), _uuid())
    category = _link("categoryId", "RoleCategory.id", required=True)
    _table("Role", _key(), _uuid(), _code(), _label(), _text("status"), category)


def _make_organisations() -> None:
    dates = [sa.Column(name, sa.Date) for name in ("startDate", "endDate")]
    trust = [*_texts("localOffice"), _text("trustCode", index=True), sa.Column("trustId", Number)]
    place = _texts("siteName", "address", "postCode", "siteKnownAs", "siteNumber", "organisationalUnit")
    kind = _link("organizationTypeId", "OrganizationType.id")
    code, old_id = _text("siteCode", index=True), _text("intrepidId", index=True)
    _table("Site", _key(), code, *dates, *trust, *place, kind, _text("status"), old_id)
    names = _texts("localOffice", "status", "trustKnownAs", "trustName", "trustNumber", "address", "postCode")
    code, old_id = _text("code", index=True), _text("intrepidId", index=True)
    _table("Trust", _key(), code, *names, _link("organizationTypeId", "OrganizationType.id"), old_id)
