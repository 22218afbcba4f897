"""/api/funding-reason. Replaces FundingReasonResource."""

from services.reference.row_types import row_type
from services.reference.tables import funding_reason
from shared.crud import Crud
from shared.lookup import Collection
from shared.serving import SINGLE_FIVE, serve

FundingReason = row_type(funding_reason, "FundingReasonDto")
rows = Collection(funding_reason, FundingReason, ("reason",))
crud = Crud("funding-reason", "fundingReason", rows, ("reason",), result_params=True)
routes = serve(crud, *SINGLE_FIVE)
