"""Bodies for the profile service, and the reference service that it asks."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from services.profile import hee_users
from services.profile.bodies import Bodies
from tests.integration.strangler.servers import Script, Seen, Server, answer

API = "/profile/api"

UNKNOWN_CODE = "1-UNKNOWN"
NOT_FOUND = "404 Not Found"


def all_but(unknown: Collection[str] = (UNKNOWN_CODE,)) -> Script:
    """A reference service that knows every designated body but some: as a list, and one by one."""

    def script(seen: Seen) -> bytes:
        target = urlsplit(seen.target)
        if "columnFilters" in target.query:
            asked = json.loads(parse_qs(target.query)["columnFilters"][0])["dbc"]
            return answer(json.dumps([{"dbc": code} for code in asked if code not in unknown]).encode())
        code = unquote(target.path.rpartition("/")[2])
        return answer(b"", NOT_FOUND) if code in unknown else answer(json.dumps({"dbc": code}).encode())

    return script


@contextmanager
def asking(reference: Server) -> Iterator[Bodies]:
    """Let the profile service ask this reference service, of which it knows nothing yet."""
    bodies = Bodies()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIS_REFERENCE_URL", f"{reference.url}/reference")
        patch.setattr(hee_users, "bodies", bodies)
        yield bodies
        bodies.reference.close()


def user(name: Any, **fields: Any) -> dict[str, Any]:
    """The body of a user, with one role and one designated body unless told otherwise."""
    standing = {"name": name, "lastName": "a", "emailAddress": "b", "active": True, "roles": [{"name": "HEE"}]}
    return {**standing, "designatedBodyCodes": ["1-A"], "associatedTrusts": [], "associatedProgrammes": [], **fields}


def trust(number: int) -> dict[str, Any]:
    """A user's trust in a body."""
    return {"trustId": number, "trustCode": f"T{number}", "trustName": f"Trust {number}"}
