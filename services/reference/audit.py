"""What every single update leaves behind: the difference to the stored row, as a JsonPatch row."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json, to_jsonable_python
from sqlalchemy import insert

from services.reference.tables import json_patch
from shared.db import Work
from shared.principals import Principal
from shared.rows import Row

UNAUDITED_USER = "consolidated_etl"


def record_update(work: Work, principal: Principal, stored: Row | None, sent: Row) -> None:
    """Keep the difference between the stored and the sent row, whatever becomes of the update itself."""
    if principal.user.lower() == UNAUDITED_USER:
        return
    row = {
        "tableDtoName": sent.dto,
        "patchId": "null" if sent.id is None else str(sent.id),
        "patch": to_json(difference(stored, sent)).decode(),
        "dateAdded": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "enabled": True,
    }
    work.write(insert(json_patch), row)
    work.checkpoint()


def difference(stored: Row | None, sent: Row) -> list[dict[str, Any]]:
    """RFC 6902 operations from the stored to the sent row: one replace of the root where nothing is stored."""
    after = to_jsonable_python(sent)
    if stored is None:
        return [{"op": "replace", "path": "", "value": after}]
    return list(_replacements(to_jsonable_python(stored), after, ""))


def _replacements(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    for name, value in after.items():
        place = f"{path}/{name}"
        if isinstance(value, dict) and isinstance(before[name], dict):
            yield from _replacements(before[name], value, place)
        elif value != before[name]:
            yield {"op": "replace", "path": place, "value": value}
