"""The paths, methods and authorities under which collections are served."""

from typing import Any

from shared.crud import Crud
from shared.http.endpoint import Resource, calling_line
from shared.principals import SIGNED_IN, Allow, Authority

MODIFY = Authority("reference:add:modify:entities")
DELETE = Authority("reference:delete:entities")

SINGLE_FIVE = ("create_row", "update_row", "list_rows", "get_row", "delete_row")
SINGLE_FOUR = SINGLE_FIVE[:4]


def serve(
    crud: Crud[Any],
    *names: str,
    read: Allow = SIGNED_IN,
    modify: Allow = MODIFY,
    remove: Allow = DELETE,
    source: str = "",
) -> Resource:
    """Register the endpoints named, by the methods that answer them; all seven where none is named."""
    source = source or calling_line()
    model: Any = crud.rows.model
    one, many, bulk = f"/api/{crud.path}", f"/api/{crud.path}/{{id}}", f"/api/bulk-{crud.path}"
    single, rows = {"body": model, "gives": model}, {"body": list[model], "gives": list[model]}
    key = {"id": crud.key_type}
    table: dict[str, tuple[str, str, Allow, dict[str, Any]]] = {
        "create_row": ("POST", one, modify, {**single, "statuses": (201,), "check": crud.check_create}),
        "update_row": ("PUT", one, modify, {**single, "statuses": (200, 201), "check": crud.check_update}),
        "list_rows": ("GET", one, read, {"gives": list[model]}),
        "get_row": ("GET", many, read, {"gives": model, **key}),
        "delete_row": ("DELETE", many, remove, key),
        "create_rows": ("POST", bulk, modify, rows),
        "update_rows": ("PUT", bulk, modify, rows),
    }
    for name in names or tuple(table):
        method, template, allow, options = table[name]
        crud.routes.endpoint(method, template, allow=allow, source=source, **options)(getattr(crud, name))
    return crud.routes
