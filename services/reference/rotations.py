"""/api/rotations, guarded by policies instead of authorities. Replaces RotationResource."""

from collections.abc import Iterable
from typing import Any

from services.reference.existence import exists_map
from services.reference.row_types import row_type
from services.reference.tables import rotation
from shared.crud import Crud
from shared.errors import FieldError
from shared.lookup import Collection
from shared.principals import Permission
from shared.serving import serve

RESOURCE = "tis:references::reference:"

Rotation = row_type(rotation)
rows = Collection(rotation, Rotation, ("code", "label"))


class Rotations(Crud[Any]):
    """An update also asks for an id that is not negative."""

    def faults(self, row: Any, *, creating: bool) -> Iterable[FieldError]:
        """The usual constraints, and the id's."""
        yield from super().faults(row, creating=creating)
        if not creating and row.id is not None and row.id < 0:
            yield FieldError("rotationDTO", "id", "DecimalMin")


crud = Rotations("rotations", "rotation", rows, ("code", "label", "localOffice"), id_in_groups=True)
routes = serve(crud, "list_rows", "get_row")
serve(crud, "create_row", modify=Permission(RESOURCE, "Create"))
serve(crud, "update_row", modify=Permission(RESOURCE, "Update"))
serve(crud, "delete_row", remove=Permission(RESOURCE, "Delete"))

exists_map(routes, "/api/rotations/exists/", rows, "label")
