"""/api/dbcs: designated bodies by their codes. Replaces DBCResource."""

from collections.abc import Sequence
from typing import Any

from services.reference.finding import only_row
from services.reference.row_types import row_type
from services.reference.tables import dbc
from shared.crud import Crud
from shared.db import Work
from shared.errors import HeaderRefusal, required
from shared.lookup import Collection
from shared.principals import SIGNED_IN, Principal
from shared.rows import Row, text_form
from shared.serving import serve

DesignatedBody = row_type(dbc)
rows = Collection(dbc, DesignatedBody, ("dbc", "name", "abbr"))


class DesignatedBodies(Crud[Any]):
    """A bulk update has never worked: it is refused whatever it holds."""

    def update_rows(self, body: Sequence[Any], work: Work) -> Sequence[Row]:  # noqa: ARG002 - never gets that far
        """Refuse: an empty list as any collection does, others as if a row had no id, without a body."""
        if not body:
            self.refuse_incomplete(body)
        forms = ",".join(text_form(row) for row in body if row.id is None)
        raise HeaderRefusal(key="error.bulk.update.failed.noId", params=forms)


crud = DesignatedBodies("dbcs", "dBC", rows, ("dbc", "name", "abbr", "type"))
routes = serve(crud)


@routes.endpoint("GET", "/api/dbcs/user", allow=SIGNED_IN, gives=rows.many)
def list_user_dbcs(principal: Principal, work: Work) -> list[Row]:
    """The designated bodies of the caller."""
    return rows.find(work, dbc.c.dbc.in_(required(principal.designated_bodies, "designatedBodyCodes")))


@routes.endpoint("GET", "/api/dbcs/code/{code}", allow=SIGNED_IN, gives=DesignatedBody, statuses=(200, 404))
def get_dbc_by_code(code: str, work: Work) -> Row:
    """The designated body with a code, of any status."""
    return only_row(rows.find(work, dbc.c.dbc == code, limit=2))


@routes.endpoint("GET", "/api/dbcs/abbr/{abbr}", allow=SIGNED_IN, gives=DesignatedBody, statuses=(200, 404, 409))
def get_dbc_by_abbr(abbr: str, work: Work) -> Row:
    """The designated body with an abbreviation, of any status."""
    return only_row(rows.find(work, dbc.c.abbr == abbr, limit=2))


@routes.endpoint("GET", "/api/dbcs/internal/{internal}", allow=SIGNED_IN, gives=rows.many)
def list_internal_dbcs(internal: bool, work: Work) -> list[Row]:
    """The designated bodies that are, or are not, internal."""
    return rows.find(work, dbc.c.internal == internal)
