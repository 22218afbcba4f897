"""/api/countries. Replaces CountryResource."""

from services.reference.current import list_current
from services.reference.existence import exists_map
from services.reference.row_types import row_type
from services.reference.tables import country
from shared.crud import Crud
from shared.db import Work
from shared.http.reply import Reply
from shared.lookup import Collection
from shared.paging import PageRequest
from shared.principals import SIGNED_IN
from shared.serving import serve

COLUMNS = ("countryNumber", "nationality")

Country = row_type(country)
rows = Collection(country, Country, COLUMNS)
crud = Crud("countries", "country", rows, COLUMNS)
routes = serve(crud)

exists_map(routes, "/api/countries/exists/", rows, "nationality")


@routes.endpoint("GET", "/api/current/countries", allow=SIGNED_IN, gives=rows.many)
def list_current_countries(page: PageRequest, work: Work) -> Reply:
    """A page of the current countries."""
    return list_current(work, crud, page)
