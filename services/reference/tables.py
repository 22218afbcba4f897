"""The tables of the reference database, under their old names; columns in the order in which rows are answered."""

from sqlalchemy import Column, Date, MetaData, String, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.columns import (
    COLLATION,
    Bit,
    Number,
    json_patch_table,
    link,
    number_key,
    row_uuid,
    text,
    uuid_key,
)

metadata = MetaData()


def _code(name: str = "code", *, unique: bool = True) -> Column[str]:
    return text(name, required=True, unique=unique)


def _label(name: str = "label") -> Column[str]:
    return text(name, required=True)


def _status() -> Column[str]:
    return text("status")


def texts(*names: str) -> list[Column[str]]:
    """Text columns with nothing special."""
    return [text(name) for name in names]


def _plain(name: str) -> Table:
    """Code, label, status."""
    return Table(name, metadata, number_key(), _code(), _label(), _status())


def _with_uuid(name: str) -> Table:
    """Code, label, status and a uuid."""
    return Table(name, metadata, number_key(), row_uuid(), _code(), _label(), _status())


assessment_type = Table("AssessmentType", metadata, number_key(), row_uuid(), _code(), text("label"), _status())
college = Table("College", metadata, number_key(), row_uuid(), _code("abbreviation"), text("name"), _status())
concern_source = Table("ConcernSource", metadata, number_key(), _label("sourceName"))
concern_type = Table("ConcernType", metadata, number_key(), _code(), _label())
country = Table("Country", metadata, number_key(), row_uuid(), _code("countryNumber"), _label("nationality"), _status())
curriculum_sub_type = _with_uuid("CurriculumSubType")
dbc = Table(
    "DBC",
    metadata,
    number_key(),
    row_uuid(),
    _code("dbc"),
    _label("name"),
    _label("abbr"),
    _status(),
    text("type"),
    Column("internal", Bit),
)
ethnic_origin = Table("EthnicOrigin", metadata, number_key(), row_uuid(), _code(), _status())
funding_issue = Table("FundingIssue", metadata, number_key(), _code(), _status())
funding_reason = Table("FundingReason", metadata, uuid_key(), _label("reason"), _status())
funding_type = Table(
    "FundingType",
    metadata,
    number_key(),
    row_uuid(),
    _code(),
    _label(),
    _status(),
    Column("allowDetails", Bit, server_default=sql("0")),
)
funding_sub_type = Table(
    "FundingSubType",
    metadata,
    uuid_key(),
    _code(unique=False),
    _label(),
    _status(),
    link("parentId", "FundingType.id", required=True),
)
gdc_status = _with_uuid("GdcStatus")
gender = _with_uuid("Gender")
gmc_status = _with_uuid("GmcStatus")
grade = Table(
    "Grade",
    metadata,
    number_key(),
    row_uuid(),
    *texts("abbreviation", "name", "label"),
    Column("trainingGrade", Bit, nullable=False, server_default=sql("0")),
    Column("postGrade", Bit, nullable=False, server_default=sql("0")),
    Column("placementGrade", Bit, nullable=False, server_default=sql("0")),
    _status(),
    text("intrepidId", unique=True),
)
inactive_reason = _plain("InactiveReason")
json_patch = json_patch_table(metadata)
leaving_destination = _plain("LeavingDestination")
leaving_reason = _plain("LeavingReason")
local_office = Table(
    "LocalOffice",
    metadata,
    number_key(),
    row_uuid(),
    _code("abbreviation"),
    _label("name"),
    text("postAbbreviation"),
    _status(),
)
local_office_contact_type = Table("LocalOfficeContactType", metadata, uuid_key(), _code(), _label(), _status())
local_office_contact = Table(
    "LocalOfficeContact",
    metadata,
    uuid_key(),
    link("localOfficeId", "LocalOffice.uuid", required=True, kind=String(36, COLLATION)),
    link("contactTypeId", "LocalOfficeContactType.id", required=True, kind=String(36, COLLATION)),
    text("contact"),
    UniqueConstraint("localOfficeId", "contactTypeId", name="idx_lo_contact_unique"),
)
local_office_name_mapping = Table(
    "LocalOfficeNameMapping", metadata, uuid_key("uuid"), text("oldName"), text("newName"), text("reason")
)
marital_status = _with_uuid("MaritalStatus")
medical_school = Table("MedicalSchool", metadata, number_key(), row_uuid(), text("code"), _label(), _status())
nationality = Table(
    "Nationality",
    metadata,
    number_key(),
    row_uuid(),
    _code("countryNumber", unique=False),
    _label("nationality"),
    _status(),
)
organization_type = _with_uuid("OrganizationType")
permit_to_work = _with_uuid("PermitToWork")
placement_type = _with_uuid("PlacementType")
programme_membership_type = _with_uuid("ProgrammeMembershipType")
qualification_reference = _plain("QualificationReference")
qualification_type = _plain("QualificationType")
record_type = _plain("RecordType")
religious_belief = _with_uuid("ReligiousBelief")
role_category = Table("RoleCategory", metadata, number_key(), text("name", required=True, size=50), row_uuid())
role = Table(
    "Role",
    metadata,
    number_key(),
    row_uuid(),
    _code(),
    _label(),
    _status(),
    link("categoryId", "RoleCategory.id", required=True),
)
rotation = Table("Rotation", metadata, number_key(), _code(), _label(), _label("localOffice"), _status())
settled = _with_uuid("Settled")
sexual_orientation = _with_uuid("SexualOrientation")
site = Table(
    "Site",
    metadata,
    number_key(),
    text("siteCode", index=True),
    Column("startDate", Date),
    Column("endDate", Date),
    text("localOffice"),
    text("trustCode", index=True),
    Column("trustId", Number),
    *texts("siteName", "address", "postCode", "siteKnownAs", "siteNumber", "organisationalUnit"),
    link("organizationTypeId", "OrganizationType.id"),
    _status(),
    text("intrepidId", index=True),
)
status = Table("Status", metadata, number_key(), _code(), _label())
tariff_rate = Table(
    "TariffRate",
    metadata,
    number_key(),
    _code(),
    Column("gradeId", Number),
    *texts("gradeAbbreviation", "tariffRate", "tariffRateFringe", "tariffRateLondon"),
    _status(),
)
title = _with_uuid("Title")
training_number_type = _plain("TrainingNumberType")
trust = Table(
    "Trust",
    metadata,
    number_key(),
    text("code", index=True),
    text("localOffice"),
    _status(),
    *texts("trustKnownAs", "trustName", "trustNumber", "address", "postCode"),
    link("organizationTypeId", "OrganizationType.id"),
    text("intrepidId", index=True),
)
