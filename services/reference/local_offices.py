"""/api/local-offices. Replaces LocalOfficeResource."""

from types import MappingProxyType

from services.reference.tables import local_office
from shared.crud import Crud
from shared.db import Work
from shared.errors import required
from shared.jackson import Long, StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.principals import SIGNED_IN, Principal
from shared.rows import Row
from shared.serving import serve

# The old service had this map in its code, not in the table of designated bodies; the two differ for London.
OFFICE_NAMES = MappingProxyType(
    {
        "1-1RUZV1D": "Kent, Surrey and Sussex",
        "1-1RUZV6H": "North West London",
        "1-1RUZV4H": "North Central and East London",
        "1-1RSSQ5L": "South London",
        "1-1RSSPZ7": "East Midlands",
        "1-1RSSQ05": "East of England",
        "1-1RSSQ1B": "North East",
        "1-1RSSQ6R": "Thames Valley",
        "1-1RSG4X0": "Yorkshire and the Humber",
        "1-1RUZUYF": "West Midlands",
        "1-1RUZUVB": "South West",
        "1-1RUZUSF": "Wessex",
        "1-1RSSQ2H": "North West",
        "1-25U-830": "Northern Ireland Medical and Dental Training Agency",
    }
)


class LocalOffice(Row):
    """A regional office that runs training."""

    dto = "LocalOfficeDTO"
    id: Long = None
    uuid: Uuid = None
    abbreviation: Text = None
    name: Text = None
    postAbbreviation: Text = None
    status: StatusWord = None


rows = Collection(local_office, LocalOffice, ("abbreviation", "name"))
crud = Crud("local-offices", "localOffice", rows, ("abbreviation", "name", "postAbbreviation"))
routes = serve(crud)


@routes.endpoint("GET", "/api/local-offices/user", allow=SIGNED_IN)
def list_user_offices(principal: Principal, work: Work) -> list[LocalOffice]:
    """The offices of the caller's designated bodies; unknown codes fall out."""
    codes = required(principal.designated_bodies, "designatedBodyCodes")
    names = [OFFICE_NAMES[code] for code in codes if code in OFFICE_NAMES]
    return rows.find(work, local_office.c.name.in_(names)) if names else []
