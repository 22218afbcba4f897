"""What every single update leaves behind: the difference to the stored row, as a JsonPatch row."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert

from shared.db import Work
from shared.json_diff import differences
from shared.lookup import Collection
from shared.principals import Principal
from shared.rows import Row

UNAUDITED_USER = "consolidated_etl"


def record_update(work: Work, rows: Collection[Any], principal: Principal, stored: Row | None, sent: Row) -> None:
    """Keep the difference between the stored and the sent row among the patches of the same database."""
    if principal.user.lower() == UNAUDITED_USER:
        return
    key = getattr(sent, rows.key)
    row = {
        "tableDtoName": sent.dto,
        "patchId": "null" if key is None else str(key),
        "patch": json.dumps(difference(stored, sent), default=plain, ensure_ascii=False, separators=(",", ":")),
        "dateAdded": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "enabled": True,
    }
    work.write(insert(rows.table.metadata.tables["JsonPatch"]), row)


def difference(stored: Row | None, sent: Row) -> list[dict[str, Any]]:
    """RFC 6902 operations from the stored to the sent row: one replace of the root where nothing is stored."""
    after = sent.model_dump()
    if stored is None:
        return [{"op": "replace", "path": "", "value": after}]
    return list(differences(stored.model_dump(), after))


def plain(value: date) -> int | str:
    """A moment as the old audit wrote it: milliseconds since 1970, where answers have a text; a day as answers have it."""
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=UTC).timestamp() * 1000)
    return value.isoformat()
