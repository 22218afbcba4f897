"""/api/trusts. Replaces TrustResource."""

from typing import Any

from services.reference.current import list_current
from services.reference.existence import decoded, exists_ids, exists_map, status_reply
from services.reference.finding import codes_in_path, found_or_404, only_row
from services.reference.limited import LimitedList, search_limited
from services.reference.organization_types import OrganizationType
from services.reference.tables import organization_type, trust
from shared.crud import Crud
from shared.db import Work
from shared.errors import HeaderRefusal, NotFound, Refused
from shared.http.binding import RawText
from shared.http.reply import Reply
from shared.jackson import Long, StatusWord, Text
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import SIGNED_IN
from shared.rows import Parent, Row
from shared.serving import serve

CURRENT = "CURRENT"


class Trust(Row):
    """An NHS trust or another body that employs doctors."""

    dto = "TrustDTO"
    id: Long = None
    code: Text = None
    localOffice: Text = None
    status: StatusWord = None
    trustKnownAs: Text = None
    trustName: Text = None
    trustNumber: Text = None
    address: Text = None
    postCode: Text = None
    organizationType: OrganizationType | None = None
    intrepidId: Text = None


rows = Collection(
    trust,
    Trust,
    ("trustName", "trustKnownAs", "code", "postCode", "address"),
    (Parent("organizationType", "organizationTypeId", organization_type, OrganizationType),),
)


class Trusts(Crud[Trust]):
    """Only one current trust may have a code; bulk trusts are not asked."""

    def prepare(self, work: Work, row: Trust) -> Trust:
        """Refuse a current trust whose code another current trust has; the message is the bare code."""
        if row.status == CURRENT and row.code is not None:
            others = (trust.c.code == row.code, trust.c.status == CURRENT)
            if rows.has(work, *others, *(() if row.id is None else (trust.c.id != row.id,))):
                raise Refused(row.code)
        return row

    def create_row(self, body: Any, work: Work) -> Reply:
        """Store a new trust; an id is refused where a trust has it, and ignored where none has.

        With an id that nobody has the answer shows the parent as stored, without one as sent.
        """
        row = self.prepare(work, body)
        if row.id is not None:
            if rows.get(work, row.id) is not None:
                raise HeaderRefusal(key="error.idexists", params=self.entity)
            row = rows.with_parents(work, row)
        stored = row.model_copy(update={"id": self.insert(work, row)})
        return self.created(stored, str(stored.id))

    def offender(self, row: Trust) -> str:
        """Trusts are shown by their codes."""
        return row.code or ""


crud = Trusts("trusts", "trust", rows, required=(), decode_filters=True)
routes = serve(crud, "create_row", "update_row", "list_rows", "get_row", "create_rows", "update_rows")

exists_map(routes, "/api/trusts/exists/", rows, "code")
exists_ids(routes, "/api/trusts/ids/exists/", rows)


@routes.endpoint("GET", "/api/current/trusts", allow=SIGNED_IN, gives=list[Trust])
def list_current_trusts(page: PageRequest, search_query: str | None, work: Work) -> Reply:
    """A page of the current trusts; with a search text, of all that hold it, whatever their status."""
    return list_current(work, crud, page, search_query, ("code", "trustName"), also_inactive=True)


@routes.endpoint("GET", "/api/trusts/in/{codes}", allow=SIGNED_IN, gives=list[Trust], statuses=(302, 200))
def list_trusts_by_code(codes: str, work: Work) -> Reply:
    """The trusts with any of the codes, separated by commas; the status is 302, as it always was."""
    wanted = codes_in_path(codes)
    return Reply(rows.find(work, trust.c.code.in_(wanted)), 302) if wanted else Reply([])


@routes.endpoint("GET", "/api/trusts/ids/in", allow=SIGNED_IN, gives=list[Trust], statuses=(200, 404))
def list_trusts_by_id(ids: list[int], work: Work) -> Reply:
    """The trusts with any of the ids; 404 when there is none."""
    return found_or_404(work, rows, ids)


@routes.endpoint("GET", "/api/trusts/search", allow=SIGNED_IN)
def search_trusts(search_string: str, work: Work) -> LimitedList[Trust]:
    """The first hundred trusts that hold the text; all trusts for an empty one."""
    return search_limited(work, rows, ("code", "trustName"), search_string)


@routes.endpoint("GET", "/api/trusts/code/{code}", allow=SIGNED_IN, statuses=(200, 404))
def get_trust_by_code(code: str, work: Work) -> Trust:
    """The first current trust with a code."""
    found = rows.find(work, trust.c.code == code, trust.c.status == CURRENT, limit=1)
    if not found:
        raise NotFound
    return found[0]


@routes.endpoint("POST", "/api/trusts/codeexists/", allow=SIGNED_IN, statuses=(302, 204, 409))
def find_trust_code(body: RawText, work: Work) -> Reply:
    """Whether a trust of any status has the code: 302 if so, 204 if not."""
    code = decoded(body)
    found = rows.find(work, trust.c.code == code, limit=2) if code else []
    return status_reply(found=bool(found) and only_row(found) is not None)
