"""/api/grades. Replaces GradeResource."""

from typing import Any

from services.reference.current import list_current
from services.reference.existence import exists_ids, exists_map
from services.reference.finding import codes_in_path, found_or_404
from services.reference.row_types import row_type
from services.reference.tables import grade
from shared.crud import Crud
from shared.db import Work
from shared.http.reply import Reply
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import SIGNED_IN
from shared.rows import text_form
from shared.serving import serve

SEARCHED = ("name", "label", "abbreviation")

Grade = row_type(grade)
rows = Collection(grade, Grade, SEARCHED)


class Grades(Crud[Any]):
    """Grades need nothing; those that offend in bulk are shown whole."""

    def offender(self, row: Any) -> str:
        """The grade's text form."""
        return text_form(row)


crud = Grades("grades", "grade", rows, required=(), id_in_groups=True, decode_filters=True)
routes = serve(crud, "create_row", "update_row", "list_rows", "get_row", "create_rows", "update_rows")

exists_map(routes, "/api/grades/exists/", rows, "abbreviation")
exists_ids(routes, "/api/grades/ids/exists/", rows)


@routes.endpoint("GET", "/api/current/grades", allow=SIGNED_IN, gives=rows.many)
def list_current_grades(page: PageRequest, search_query: str | None, work: Work) -> Reply:
    """A page of the current grades that hold the text."""
    return list_current(work, crud, page, search_query, SEARCHED)


@routes.endpoint("GET", "/api/grades/in/{codes}", allow=SIGNED_IN, gives=rows.many, statuses=(302, 200))
def list_grades_by_code(codes: str, work: Work) -> Reply:
    """The grades with any of the abbreviations, separated by commas; the status is 302, as it always was."""
    wanted = codes_in_path(codes)
    return Reply(rows.find(work, grade.c.abbreviation.in_(wanted)), 302) if wanted else Reply([])


@routes.endpoint("GET", "/api/grades/ids/in", allow=SIGNED_IN, gives=rows.many, statuses=(200, 404))
def list_grades_by_id(ids: list[int], work: Work) -> Reply:
    """The grades with any of the ids; 404 when there is none."""
    return found_or_404(work, rows, ids)
