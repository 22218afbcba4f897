"""/api/funding-reason. Replaces FundingReasonResource."""

from services.reference.crud import Crud
from services.reference.row_types import row_type
from services.reference.serving import SINGLE_FIVE, serve
from services.reference.tables import funding_reason
from shared.lookup import Collection

FundingReason = row_type(funding_reason, "FundingReasonDto")
rows = Collection(funding_reason, FundingReason, ("reason",))
crud = Crud("funding-reason", "fundingReason", rows, ("reason",), result_params=True)
routes = serve(crud, *SINGLE_FIVE)
