"""/api/local-office-contacts. Replaces LocalOfficeContactResource."""

from services.reference.contact_rules import is_email, is_https_url
from services.reference.local_office_contact_types import LocalOfficeContactType
from services.reference.local_offices import LocalOffice
from services.reference.tables import local_office, local_office_contact, local_office_contact_type
from shared.crud import Crud
from shared.db import Work
from shared.errors import Refused
from shared.http.reply import Reply
from shared.jackson import Text, Uuid
from shared.lookup import Collection
from shared.rows import Parent, Row
from shared.serving import SINGLE_FOUR, serve


class LocalOfficeContact(Row):
    """How an office is reached for one type of question: an e-mail address or a page."""

    dto = "LocalOfficeContactDto"
    id: Uuid = None
    localOffice: LocalOffice | None = None
    contactType: LocalOfficeContactType | None = None
    contact: Text = None


rows = Collection(
    local_office_contact,
    LocalOfficeContact,
    ("contact", "localOffice.abbreviation", "localOffice.name", "contactType.code", "contactType.label"),
    (
        Parent("localOffice", "localOfficeId", local_office, LocalOffice, "uuid"),
        Parent("contactType", "contactTypeId", local_office_contact_type, LocalOfficeContactType),
    ),
)


class LocalOfficeContacts(Crud[LocalOfficeContact]):
    """A contact is an address or a page; an office has one for each type."""

    @property
    def location(self) -> str:
        """As in `Link`: a path that does not exist."""
        return self.base

    def prepare(self, work: Work, row: LocalOfficeContact) -> LocalOfficeContact:  # noqa: ARG002 - asks only the row
        """Refuse what is neither an e-mail address nor an https URL."""
        if row.contact and not (is_email(row.contact) or is_https_url(row.contact)):
            raise Refused(f"Contact '{row.contact}' was not a valid Email or HTTPS URL.")
        return row

    def create_row(self, body: LocalOfficeContact, work: Work) -> Reply:
        """Store a new contact; refused where the office has one of the type."""
        self.prepare(work, body)
        office, kind = body.localOffice, body.contactType
        if office and kind and rows.has(work, *self.taken(office, kind)):
            label, name = (text if text is not None else "null" for text in (kind.label, office.name))
            raise Refused(f"A '{label}' contact already exists for the '{name}' Local Office.")
        return super().create_row(body, work)

    def taken(self, office: LocalOffice, kind: LocalOfficeContactType) -> tuple[object, ...]:
        """The conditions on contacts of this office and type."""
        columns = local_office_contact.c
        return columns.localOfficeId == office.uuid, columns.contactTypeId == kind.id


crud = LocalOfficeContacts(
    "local-office-contacts",
    "localOfficeContact",
    rows,
    required=("localOffice", "contactType"),
    link="local-office-contact",
    id_in_groups=True,
    decode_filters=True,
)
routes = serve(crud, *SINGLE_FOUR)
