"""/api/local-office-contact-types. Replaces LocalOfficeContactTypeResource."""

from services.reference.tables import local_office_contact_type
from shared.crud import Crud
from shared.jackson import StatusWord, Text, Uuid
from shared.lookup import Collection
from shared.rows import Row
from shared.serving import SINGLE_FOUR, serve


class LocalOfficeContactType(Row):
    """What an office can be contacted for."""

    dto = "LocalOfficeContactTypeDto"
    id: Uuid = None
    code: Text = None
    label: Text = None
    status: StatusWord = None


rows = Collection(local_office_contact_type, LocalOfficeContactType, ("code", "label"))
crud = Crud("local-office-contact-types", "localOfficeContactType", rows, id_in_groups=True, decode_filters=True)
routes = serve(crud, *SINGLE_FOUR)
