"""/api/leaving-reasons. Replaces LeavingReasonResource."""

from typing import Any

from services.reference.existence import match_values
from services.reference.row_types import row_type
from services.reference.tables import leaving_reason
from shared.crud import Crud
from shared.db import Work
from shared.errors import HeaderRefusal, NotFound
from shared.filters import read_filters, read_search
from shared.http.reply import Reply
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Row
from shared.serving import SINGLE_FIVE, serve

LeavingReason = row_type(leaving_reason, "LeavingReasonDto")
rows = Collection(leaving_reason, LeavingReason, ("code", "label"))


class LeavingReasons(Crud[Any]):
    """An unknown id is told in headers, and the list has no pages."""

    def get_row(self, id: Any, work: Work) -> Row:  # noqa: A002 - the path parameter's name
        """One leaving reason."""
        try:
            return super().get_row(id, work)
        except NotFound as error:
            raise self.unknown() from error

    def delete_row(self, id: Any, work: Work) -> Reply:  # noqa: A002 - as above
        """Delete a leaving reason."""
        try:
            return super().delete_row(id, work)
        except NotFound as error:
            raise self.unknown() from error

    def unknown(self) -> HeaderRefusal:
        """404 with headers."""
        return HeaderRefusal(key="error.idnotexists", params=self.entity, status=404)


crud = LeavingReasons("leaving-reasons", "LeavingReason", rows, result_params=True)
routes = serve(crud, *(name for name in SINGLE_FIVE if name != "list_rows"))

match_values(routes, "/api/leaving-reasons/match", rows, "code")


@routes.endpoint("GET", "/api/leaving-reasons", allow=SIGNED_IN, gives=rows.many)
def list_leaving_reasons(search_query: str | None, column_filters: str | None, work: Work) -> list[Row]:
    """All leaving reasons that fit search text and filters, in one array."""
    clauses = rows.clauses(read_search(search_query), read_filters(column_filters))
    return rows.find(work, *clauses.conditions)
