"""/api/funding-reason. Replaces FundingReasonResource."""

from services.reference.crud import SINGLE_FIVE, Crud
from services.reference.rows import row_type
from services.reference.tables import funding_reason
from shared.lookup import Collection

FundingReason = row_type(funding_reason, "FundingReasonDto")
rows = Collection(funding_reason, FundingReason, ("reason",))
crud = Crud("funding-reason", "fundingReason", rows, ("reason",), result_params=True)
routes = crud.serve(*SINGLE_FIVE)
