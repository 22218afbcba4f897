"""/api/funding-types. Replaces FundingTypeResource."""

from typing import Any

from sqlalchemy import delete

from services.reference.tables import funding_sub_type, funding_type
from shared.crud import Crud
from shared.db import Work
from shared.http.reply import Reply
from shared.jackson import Long, PrimitiveFlag, StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.rows import Row
from shared.serving import serve


class FundingType(Row):
    """A way in which a post is paid for."""

    dto = "FundingTypeDTO"
    id: Long = None
    uuid: Uuid = None
    code: Text = None
    label: Text = None
    status: StatusWord = None
    allowDetails: PrimitiveFlag = False


rows = Collection(funding_type, FundingType, ("code", "label"))


class FundingTypes(Crud[FundingType]):
    """Details are never allowed from the start, and sub types go with their type."""

    def prepare_new(self, row: Any) -> Any:
        """The row without details."""
        return row.model_copy(update={"allowDetails": False})

    def delete_row(self, id: Any, work: Work) -> Reply:  # noqa: A002 - the path parameter's name
        """Delete a type and its sub types."""
        work.write(delete(funding_sub_type).where(funding_sub_type.c.parentId == id))
        return super().delete_row(id, work)


crud = FundingTypes("funding-types", "fundingType", rows, result_params=True)
routes = serve(crud)
