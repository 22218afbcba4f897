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
from services.reference.tables import json_patch
from shared.dialect import ANY_ORIGIN, Dialect
from shared.http.service import Service
from shared.json_patches import serve_patches

MODULES = (
    assessment_types,
    countries,
    curriculum_sub_types,
    dbcs,
    funding_reason,
    funding_sub_types,
    funding_types,
    grades,
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

DIALECT = Dialect("referenceApp", standing=ANY_ORIGIN, sets_language=True)
RESOURCES = (*lookups.RESOURCES, *(module.routes for module in MODULES), serve_patches(json_patch))

app = Service("reference", "/reference", DIALECT, RESOURCES)
