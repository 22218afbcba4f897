"""The collections that the stand-in has, as rows: what the old service calls them, their fields, what it demands."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Field:
    """A field of a row; `kind` id, uuid, text, flag, date or status, or the name of a parent in PARENTS."""

    name: str
    kind: str = "text"


@dataclass(frozen=True)
class Collection:
    """One collection below /reference/api."""

    path: str
    entity: str
    dto: str
    fields: tuple[Field, ...]
    search: tuple[str, ...]
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # not null in the table, though no validation says so
    id_by_group: bool = False  # an id is refused by validation on create, and demanded on update
    is_deletable: bool = True
    decodes_filters: bool = False  # columnFilters are URL-decoded once more, whatever they look like

    @property
    def object_name(self) -> str:
        """How field errors call the body: as Java's beans do, which leave two capitals at the beginning."""
        return self.dto if self.dto[:2].isupper() else self.dto[0].lower() + self.dto[1:]


def fields(text: str) -> tuple[Field, ...]:
    """Fields from words `name` or `name:kind`."""
    return tuple(Field(*word.split(":")) for word in text.split())


LOOKUP: Final = fields("id:id uuid:uuid code label status:status")
SITE: Final = fields(
    "id:id siteCode startDate:date endDate:date localOffice trustCode trustId:id siteName address postCode siteKnownAs "
    "siteNumber organisationalUnit organizationType:organizationType status:status intrepidId"
)
TRUST: Final = fields(
    "id:id code localOffice status:status trustKnownAs trustName trustNumber address postCode "
    "organizationType:organizationType intrepidId"
)
GRADE: Final = fields(
    "id:id uuid:uuid abbreviation name label trainingGrade:flag postGrade:flag placementGrade:flag status:status intrepidId"
)
DBC: Final = fields("id:id uuid:uuid dbc name abbr status:status type internal:flag")
LOCAL_OFFICE: Final = fields("id:id uuid:uuid abbreviation name postAbbreviation status:status")

PARENTS: Final = {
    "organizationType": LOOKUP,
    "roleCategory": fields("id:id name uuid:uuid"),
}

DBCS: Final = Collection(
    "dbcs",
    "dBC",
    "DBCDTO",
    DBC,
    ("dbc", "name", "abbr"),
    required=("dbc", "name", "abbr", "type"),
    unique=("dbc",),
)
GENDERS: Final = Collection(
    "genders", "gender", "GenderDTO", LOOKUP, ("code", "label"), required=("code", "label"), unique=("code",)
)
GRADES: Final = Collection(
    "grades",
    "grade",
    "GradeDTO",
    GRADE,
    ("name", "abbreviation", "label"),
    unique=("intrepidId",),
    id_by_group=True,
    is_deletable=False,
    decodes_filters=True,
)
LOCAL_OFFICES: Final = Collection(
    "local-offices",
    "localOffice",
    "LocalOfficeDTO",
    LOCAL_OFFICE,
    ("abbreviation", "name"),
    required=("abbreviation", "name", "postAbbreviation"),
    unique=("abbreviation",),
)
ROLES: Final = Collection(
    "roles",
    "role",
    "RoleDTO",
    (*LOOKUP, Field("roleCategory", "roleCategory")),
    ("code", "label"),
    required=("code", "label"),
    unique=("code",),
    needs=("roleCategory",),
)
SITES: Final = Collection(
    "sites",
    "site",
    "SiteDTO",
    SITE,
    ("siteCode", "trustCode", "siteName", "postCode", "address", "siteKnownAs"),
    id_by_group=True,
    is_deletable=False,
    decodes_filters=True,
)
TRUSTS: Final = Collection(
    "trusts",
    "trust",
    "TrustDTO",
    TRUST,
    ("trustName", "trustKnownAs", "code", "postCode", "address"),
    is_deletable=False,
    decodes_filters=True,
)
COLLECTIONS: Final = (DBCS, GENDERS, GRADES, LOCAL_OFFICES, ROLES, SITES, TRUSTS)
