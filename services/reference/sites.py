"""/api/sites. Replaces SiteResource."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import bindparam, select

from services.reference.existence import decoded, exists_ids, exists_map, status_reply
from services.reference.finding import codes_in_path, found_or_404, only_row
from services.reference.limited import LimitedList, search_limited
from services.reference.organization_types import OrganizationType
from services.reference.tables import organization_type, site, trust
from shared.crud import Crud
from shared.db import Work
from shared.errors import BadRequest, Refused
from shared.http.binding import RawText
from shared.http.reply import Reply
from shared.jackson import Day, Long, StatusWord, Text
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Parent, Row
from shared.serving import serve

SEARCHED = ("siteCode", "trustCode", "siteName", "postCode", "address", "siteKnownAs")


class Site(Row):
    """A place where doctors train, and the trust that it belongs to."""

    dto = "SiteDTO"
    id: Long = None
    siteCode: Text = None
    startDate: Day = None
    endDate: Day = None
    localOffice: Text = None
    trustCode: Text = None
    trustId: Long = None
    siteName: Text = None
    address: Text = None
    postCode: Text = None
    siteKnownAs: Text = None
    siteNumber: Text = None
    organisationalUnit: Text = None
    organizationType: OrganizationType | None = None
    status: StatusWord = None
    intrepidId: Text = None


class SiteIds(BaseModel):
    """The body of the query by ids."""

    ids: list[Long] | None = None


rows = Collection(
    site, Site, SEARCHED, (Parent("organizationType", "organizationTypeId", organization_type, OrganizationType),)
)

SELECT_CURRENT_TRUSTS = (
    select(trust.c.id).where(trust.c.code == bindparam("code"), trust.c.status == "CURRENT").limit(2)
)


class Sites(Crud[Site]):
    """Single sites need a current trust; bulk sites skip every rule, and may come with ids."""

    def prepare(self, work: Work, row: Site) -> Site:
        """The site with the id of its trust; refused when it ends before it starts or its trust is not just one."""
        if row.startDate and row.endDate and row.startDate > row.endDate:
            raise Refused("Start Date needs to be before End Date")
        if row.trustCode is None:
            raise BadRequest("trustCode is missing.")
        trusts = work.rows(SELECT_CURRENT_TRUSTS, {"code": row.trustCode})
        if len(trusts) != 1:
            raise BadRequest(f"There is not exactly one current trust with the code {row.trustCode!r}.")
        return row.model_copy(update={"trustId": trusts[0].id})

    def create_rows(self, body: Sequence[Any], work: Work) -> Sequence[Row]:
        """Store sites: a known id updates that site, an unknown one inserts under a new id."""
        return [self.save(work, row) if row.id is not None else self.echo(work, row) for row in body]

    def echo(self, work: Work, row: Site) -> Site:
        """A new site, given back as sent."""
        return row.model_copy(update={"id": self.insert(work, row)})


crud = Sites("sites", "site", rows, required=(), id_in_groups=True, decode_filters=True)
routes = serve(crud, "create_row", "update_row", "list_rows", "get_row", "create_rows", "update_rows")

exists_map(routes, "/api/sites/exists", rows, "siteCode")
exists_ids(routes, "/api/sites/ids/exists", rows)


@routes.endpoint("GET", "/api/sites/in/{codes}", allow=SIGNED_IN, statuses=(200, 404))
def list_sites_by_code(codes: str, work: Work) -> list[Site] | Reply:
    """The sites with any of the codes, separated by commas."""
    wanted = codes_in_path(codes)
    return rows.find(work, site.c.siteCode.in_(wanted)) if wanted else Reply([], 404)


@routes.endpoint("GET", "/api/sites/ids/in", allow=SIGNED_IN, gives=list[Site], statuses=(200, 404))
def list_sites_by_id(ids: list[int], work: Work) -> Reply:
    """The sites with any of the ids; 404 when there is none."""
    return found_or_404(work, rows, ids)


@routes.endpoint("POST", "/api/sites/ids/in/query", allow=SIGNED_IN, gives=list[Site], statuses=(200, 404))
def query_sites_by_id(body: SiteIds, work: Work) -> Reply:
    """As the list by ids, for more of them than a URL holds."""
    return found_or_404(work, rows, body.ids or [])


@routes.endpoint("GET", "/api/sites/search", allow=SIGNED_IN)
def search_sites(search_string: str | None, work: Work) -> LimitedList[Site]:
    """The first hundred sites that hold the text; all sites without one."""
    return search_limited(work, rows, ("siteCode", "trustCode", "siteName", "address", "postCode"), search_string)


@routes.endpoint("GET", "/api/sites/search-by-trust/{trustCode}", allow=SIGNED_IN)
def search_trust_sites(trustCode: str, search_string: str | None, work: Work) -> LimitedList[Site]:
    """The first hundred sites of a trust, that hold the text where one is given."""
    own: tuple[Any, ...] = (site.c.trustCode == trustCode,)
    return search_limited(work, rows, ("siteCode", "siteName", "address", "postCode"), search_string, own)


@routes.endpoint("GET", "/api/sites/code/{code}", allow=SIGNED_IN, statuses=(200, 404, 409))
def get_site_by_code(code: str, work: Work) -> Site:
    """The site with a code, of any status."""
    return only_row(rows.find(work, site.c.siteCode == code, limit=2))


@routes.endpoint("POST", "/api/sites/codeexists/", allow=SIGNED_IN, statuses=(302, 204, 409))
def find_site_code(body: RawText, work: Work) -> Reply:
    """Whether a site has the code: 302 if so, 204 if not."""
    code = decoded(body)
    found = rows.find(work, site.c.siteCode == code, limit=2) if code else []
    return status_reply(found=bool(found) and only_row(found) is not None)


@routes.endpoint("POST", "/api/sites/trustmatch/{trustCode}", allow=SIGNED_IN, statuses=(302, 204))
def match_site_trust(trustCode: str, body: RawText, work: Work) -> Reply:
    """Whether the trust has a site with the code: 302 if so, 204 if not."""
    code = decoded(body)
    return status_reply(found=bool(code) and rows.has(work, site.c.siteCode == code, site.c.trustCode == trustCode))
