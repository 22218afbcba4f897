"""/api/funding-sub-types. Replaces FundingSubTypeResource."""

from services.reference.funding_types import FundingType
from services.reference.funding_types import rows as types
from services.reference.tables import funding_sub_type, funding_type
from shared.crud import Crud
from shared.db import Work
from shared.errors import Refused, required
from shared.jackson import StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Parent, Row
from shared.serving import SINGLE_FIVE, serve


class FundingSubType(Row):
    """A kind within a funding type."""

    dto = "FundingSubTypeDto"
    id: Uuid = None
    code: Text = None
    label: Text = None
    status: StatusWord = None
    fundingType: FundingType | None = None


rows = Collection(
    funding_sub_type,
    FundingSubType,
    ("code", "label"),
    (Parent("fundingType", "parentId", funding_type, FundingType),),
)


class FundingSubTypes(Crud[FundingSubType]):
    """A sub type needs a funding type that exists, and that is asked before its own id."""

    def prepare(self, work: Work, row: FundingSubType) -> FundingSubType:
        """Refuse a sub type without a funding type, or with an unknown one."""
        key = required(required(row.fundingType, "fundingType").id, "fundingType.id")
        if types.get(work, key) is None:
            raise Refused(f"Funding type id ({key}) not found.")
        return row


crud = FundingSubTypes("funding-sub-types", "fundingSubType", rows, result_params=True)
routes = serve(crud, *SINGLE_FIVE)


@routes.endpoint("GET", "/api/funding-sub-types/ids/in", allow=SIGNED_IN)
def list_sub_types_by_id(ids: list[Uuid], work: Work) -> list[FundingSubType]:
    """The sub types with any of the ids."""
    return rows.find(work, funding_sub_type.c.id.in_(ids)) if ids else []


@routes.endpoint("GET", "/api/funding-types/{fundingTypeId}/funding-sub-types", allow=SIGNED_IN)
def list_current_sub_types(fundingTypeId: int, work: Work) -> list[FundingSubType]:
    """The current sub types of a funding type."""
    return rows.find(work, funding_sub_type.c.parentId == fundingTypeId, funding_sub_type.c.status == "CURRENT")
