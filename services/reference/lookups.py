"""The look-ups that differ in nothing but their columns, one row each, with their seven endpoints.

Replaces the resources of TIS-REFERENCE named after them, from CollegeResource to TrainingNumberTypeResource.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table

from services.reference import tables
from services.reference.existence import exists_exact, exists_map, exists_text
from services.reference.row_types import row_type
from shared.crud import Crud
from shared.http.endpoint import Resource, calling_line
from shared.lookup import Collection
from shared.serving import serve

CODE_AND_LABEL = ("code", "label")
COUNTRY_COLUMNS = ("countryNumber", "nationality")


class Exists(NamedTuple):
    """An existence look-up: its kind, its column, and how its path ends."""

    register: Callable[..., None]
    column: str
    ending: str = "/exists/"
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


BY_CODE = Exists(exists_text, "code")


def row_line() -> str:
    """`file:line` of the row that is being made: behind this function and the row's own `__init__`."""
    return calling_line(up=3)


@dataclass(frozen=True)
class Lookup:
    """A look-up: the path of its collection, its name in alert headers, its table and what else sets it apart."""

    path: str
    entity: str
    table: Table
    required: tuple[str, ...] = CODE_AND_LABEL
    search: tuple[str, ...] | None = None
    exists: Exists | None = None
    link: str = ""
    source: str = field(default_factory=row_line)

    def resource(self) -> Resource:
        """The look-up's endpoints."""
        rows = Collection(self.table, row_type(self.table), self.required if self.search is None else self.search)
        crud = Crud(self.path, self.entity, rows, self.required, self.link)
        if self.exists is not None:
            kind = self.exists
            kind.register(
                crud.routes, f"/api/{self.path}{kind.ending}", rows, kind.column, source=self.source, **kind.options
            )
        return serve(crud, source=self.source)


LOOKUPS = (
    Lookup("colleges", "college", tables.college, ("abbreviation",), ("abbreviation", "name")),
    Lookup("ethnic-origins", "ethnicOrigin", tables.ethnic_origin, ("code",), exists=BY_CODE),
    Lookup("funding-issues", "fundingIssue", tables.funding_issue, ("code",), link="countries"),
    Lookup("gdc-statuses", "gdcStatus", tables.gdc_status, exists=BY_CODE),
    Lookup("genders", "gender", tables.gender, exists=BY_CODE),
    Lookup("gmc-statuses", "gmcStatus", tables.gmc_status, exists=BY_CODE, link="countries"),
    Lookup("inactive-reasons", "inactiveReason", tables.inactive_reason),
    Lookup("leaving-destinations", "leavingDestination", tables.leaving_destination),
    Lookup("marital-statuses", "maritalStatus", tables.marital_status, exists=BY_CODE),
    Lookup("medical-schools", "medicalSchool", tables.medical_school, exists=Exists(exists_map, "label")),
    Lookup(
        "nationalities",
        "nationality",
        tables.nationality,
        COUNTRY_COLUMNS,
        exists=Exists(exists_text, "nationality"),
    ),
    Lookup(
        "permit-to-works",
        "permitToWork",
        tables.permit_to_work,
        exists=Exists(exists_text, "code", "/exists", {"decode": False}),
    ),
    Lookup(
        "placement-types", "placementType", tables.placement_type, exists=Exists(exists_map, "code"), link="countries"
    ),
    Lookup(
        "programme-membership-types",
        "programmeMembershipType",
        tables.programme_membership_type,
        exists=Exists(exists_exact, "code", "/exist"),
    ),
    Lookup("qualification-reference", "qualificationReference", tables.qualification_reference, exists=BY_CODE),
    Lookup("qualification-types", "qualificationType", tables.qualification_type, exists=BY_CODE),
    Lookup("record-types", "recordType", tables.record_type),
    Lookup("religious-beliefs", "religiousBelief", tables.religious_belief, exists=BY_CODE),
    Lookup("settleds", "settled", tables.settled),
    Lookup("sexual-orientations", "sexualOrientation", tables.sexual_orientation, exists=BY_CODE),
    Lookup("tariff-rates", "tariffRate", tables.tariff_rate, ("code",), ("code", "gradeAbbreviation")),
    Lookup("titles", "title", tables.title, exists=BY_CODE),
    Lookup("training-number-types", "trainingNumberType", tables.training_number_type),
)

RESOURCES = tuple(lookup.resource() for lookup in LOOKUPS)
