"""/api/assessment-types, addressed by code. Replaces AssessmentTypeResource."""

from typing import Any

from services.reference.row_types import row_type
from services.reference.tables import assessment_type
from shared.audit import record_update
from shared.crud import Crud
from shared.db import Work
from shared.errors import BadRequest, HeaderRefusal, NotFound
from shared.http.reply import Alert, Reply
from shared.lookup import Collection
from shared.principals import SIGNED_IN, Principal
from shared.rows import Row
from shared.serving import serve

AssessmentType = row_type(assessment_type, "AssessmentTypeDto")
rows = Collection(assessment_type, AssessmentType, ("code", "label"))


class AssessmentTypes(Crud[Any]):
    """Rows are known by their code, in places and alerts; an unknown id is not stored under a fresh one."""

    def prepare(self, work: Work, row: Any) -> Any:  # noqa: ARG002 - asks only the row
        """Refuse a code that cannot stand in a Location header."""
        if " " in row.code or "%" in row.code:
            raise BadRequest("The code may not hold blanks or percent signs.")
        return row

    def create_row(self, body: Any, work: Work) -> Reply:
        """Store a new assessment type."""
        if body.id is not None:
            raise HeaderRefusal(key="error.idexists", params=self.entity)
        row = self.prepare(work, body)
        return self.created(row.model_copy(update={"id": self.insert(work, row)}), row.code)

    def update_row(self, body: Any, work: Work, principal: Principal) -> Reply:
        """Replace an assessment type; without an id it is a create, and so it is, refused, with an unknown one."""
        stored = None if body.id is None else rows.get(work, body.id)
        record_update(work, rows, principal, stored, body)
        if stored is None:
            return self.create_row(body, work)
        return Reply(self.save(work, body), alert=Alert(self.entity, "updated", body.code))


crud = AssessmentTypes("assessment-types", "AssessmentType", rows, link="assessment-type")
routes = serve(crud, "create_row", "update_row", "list_rows", "create_rows")


@routes.endpoint("GET", "/api/assessment-types/{code}", allow=SIGNED_IN, gives=AssessmentType, statuses=(200, 404))
def get_assessment_type(code: str, work: Work) -> Row:
    """The assessment type with a code; a number is a code, never an id."""
    found = rows.find(work, assessment_type.c.code == code, limit=1)
    if not found:
        raise NotFound
    return found[0]
