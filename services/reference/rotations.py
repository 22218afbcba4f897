"""/api/rotations, guarded by policies instead of authorities. Replaces RotationResource."""

from collections.abc import Iterable
from typing import Any

from services.reference.crud import Crud
from services.reference.existence import exists_map
from services.reference.rows import row_type
from services.reference.tables import rotation
from shared.errors import FieldError
from shared.lookup import Collection, Row
from shared.principals import Permission

RESOURCE = "tis:references::reference:"

Rotation = row_type(rotation)
rows = Collection(rotation, Rotation, ("code", "label"))


class Rotations(Crud[Any]):
    """An update also asks for an id that is not negative."""

    def faults(self, row: Row, *, creating: bool) -> Iterable[FieldError]:
        """The usual constraints, and the id's."""
        yield from super().faults(row, creating=creating)
        key = getattr(row, "id", None)
        if not creating and key is not None and key < 0:
            yield FieldError("rotationDTO", "id", "DecimalMin")


crud = Rotations("rotations", "rotation", rows, ("code", "label", "localOffice"), id_in_groups=True)
routes = crud.serve("list_rows", "get_row")
crud.serve("create_row", modify=Permission(RESOURCE, "Create"))
crud.serve("update_row", modify=Permission(RESOURCE, "Update"))
crud.serve("delete_row", remove=Permission(RESOURCE, "Delete"))

exists_map(routes, "/api/rotations/exists/", rows, "label")
