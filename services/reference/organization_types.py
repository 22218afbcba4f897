"""/api/organization-types. Replaces OrganizationTypeResource."""

from typing import Any

from services.reference.tables import organization_type
from shared.crud import Crud
from shared.db import Work
from shared.errors import BadRequest
from shared.jackson import Long, StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.rows import Row
from shared.serving import SINGLE_FIVE, serve


class OrganizationType(Row):
    """What kind of body a trust or a site is."""

    dto = "OrganizationTypeDto"
    id: Long = None
    uuid: Uuid = None
    code: Text = None
    label: Text = None
    status: StatusWord = None


rows = Collection(organization_type, OrganizationType, ("code", "label"))


class OrganizationTypes(Crud[OrganizationType]):
    """New rows always get a uuid of their own, while the answer shows the one that was sent."""

    def prepare(self, work: Work, row: OrganizationType) -> OrganizationType:  # noqa: ARG002 - asks only the row
        """Refuse a row without a status."""
        if row.status is None:
            raise BadRequest("status is missing.")
        return row

    def insert(self, work: Work, row: Any) -> Any:
        """Store the row without the uuid sent."""
        return super().insert(work, row.model_copy(update={"uuid": None}))


crud = OrganizationTypes("organization-types", "organizationType", rows)
routes = serve(crud, *SINGLE_FIVE)
