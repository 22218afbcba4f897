"""/api/statuses. Replaces StatusResource."""

from collections.abc import Sequence

from services.reference.tables import status
from shared.crud import Crud
from shared.db import Work
from shared.jackson import Long, StatusWord, Text
from shared.lookup import Collection
from shared.principals import SIGNED_IN
from shared.rows import Row
from shared.serving import serve


class Status(Row):
    """A status that rows can have; its own status is taken and never kept."""

    dto = "StatusDTO"
    id: Long = None
    code: Text = None
    label: Text = None
    status: StatusWord = None


class Statuses(Crud[Status]):
    """The status of a status is null in every answer."""

    def prepare_new(self, row: Status) -> Status:
        """The row as it will be read."""
        return row.model_copy(update={"status": None})

    def save(self, work: Work, row: Status) -> Row:
        """The row as it will be read, replaced or stored."""
        return super().save(work, self.prepare_new(row))

    def create_rows(self, body: Sequence[Status], work: Work) -> Sequence[Row]:
        """New rows as they will be read."""
        return super().create_rows([self.prepare_new(row) for row in body], work)


rows = Collection(status, Status)
crud = Statuses("statuses", "status", rows)
routes = serve(crud, "create_row", "update_row", "get_row", "delete_row", "create_rows", "update_rows")


@routes.endpoint("GET", "/api/statuses", allow=SIGNED_IN)
def list_statuses(work: Work) -> list[Status]:
    """All statuses, in one array."""
    return rows.find(work)
