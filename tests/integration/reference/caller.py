"""The endpoints of the reference service that there are to call, by what they read."""

from services.reference.app import app
from tests.integration.caller import FOUR_BYTES, UUID, Caller, Catalogue, refused, target_of

API = "/reference/api"

CATALOGUE = Catalogue(app.endpoints)
WITH_TEXT, WITH_PARAMETER = CATALOGUE.with_text, CATALOGUE.with_parameter
WITH_FILTERS = CATALOGUE.reading("column_filters")
WITH_SEARCH = CATALOGUE.reading("search_query")
WITH_PAGE = CATALOGUE.reading("page")

__all__ = [
    "API",
    "FOUR_BYTES",
    "UUID",
    "WITH_FILTERS",
    "WITH_PAGE",
    "WITH_PARAMETER",
    "WITH_SEARCH",
    "WITH_TEXT",
    "Caller",
    "refused",
    "target_of",
]
