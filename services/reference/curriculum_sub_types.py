"""/api/curriculum-sub-types. Replaces CurriculumSubTypeResource."""

from services.reference.finding import only_row
from services.reference.row_types import row_type
from services.reference.tables import curriculum_sub_type
from shared.crud import Crud
from shared.db import Work
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Row
from shared.serving import serve

CurriculumSubType = row_type(curriculum_sub_type)
rows = Collection(curriculum_sub_type, CurriculumSubType, ("code", "label"))
crud = Crud("curriculum-sub-types", "curriculumSubType", rows)
routes = serve(crud)


@routes.endpoint(
    "GET", "/api/curriculum-sub-types/code/{code}", allow=SIGNED_IN, gives=CurriculumSubType, statuses=(200, 404)
)
def get_sub_type_by_code(code: str, work: Work) -> Row:
    """The curriculum sub type with a code, of any status."""
    return only_row(rows.find(work, curriculum_sub_type.c.code == code, limit=2))
