"""The reference service: look-ups, sites, trusts, grades and the like, at /reference. Replaces TIS-REFERENCE."""

from services.reference import (
    assessment_types,
    countries,
    curriculum_sub_types,
    dbcs,
    funding_reason,
    funding_sub_types,
    funding_types,
    grades,
    json_patches,
    leaving_reasons,
    local_office_contact_types,
    local_office_contacts,
    local_offices,
    lookups,
    organization_types,
    profile_info,
    read_only_lists,
    roles,
    rotations,
    sites,
    statuses,
    trusts,
)
from services.reference.crud import DIALECT
from shared.http.service import Service

MODULES = (
    assessment_types,
    countries,
    curriculum_sub_types,
    dbcs,
    funding_reason,
    funding_sub_types,
    funding_types,
    grades,
    json_patches,
    leaving_reasons,
    local_office_contact_types,
    local_office_contacts,
    local_offices,
    organization_types,
    profile_info,
    read_only_lists,
    roles,
    rotations,
    sites,
    statuses,
    trusts,
)

app = Service("reference", "/reference", DIALECT, [*lookups.RESOURCES, *(module.routes for module in MODULES)])
