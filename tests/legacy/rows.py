"""The stand-in's own rows: an invented country of trusts, their sites and what goes with them."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from tests.legacy.bodies import Row
from tests.legacy.catalogue import COLLECTIONS, DBCS, GENDERS, GRADES, LOCAL_OFFICES, ROLES, SITES, TRUSTS
from tests.legacy.names import (
    BODIES,
    CATEGORY_NAMES,
    GENDER_NAMES,
    GRADE_NAMES,
    KINDS,
    OFFICES,
    ORGANISATION_TYPES,
    ROLE_NAMES,
    SAINTS,
    STREETS,
    TRUST_KINDS,
    post_code,
    towns,
    trust_code,
)
from tests.legacy.store import Table

TRUST_COUNT: Final = 60
SITE_COUNT: Final = 400
EVERY_NTH_CLOSED: Final = 9


def tables() -> dict[str, Table]:
    """All tables, filled, by collection path; the same at every start."""
    parents = {
        "organizationType": by_id(coded("organization-types", ORGANISATION_TYPES)),
        "roleCategory": by_id(categories()),
    }
    rows = {
        DBCS.path: designated_bodies(),
        GENDERS.path: coded(GENDERS.path, [(name[:1] + str(number), name) for number, name in enumerate(GENDER_NAMES)]),
        GRADES.path: grades(),
        LOCAL_OFFICES.path: local_offices(),
        ROLES.path: roles(parents["roleCategory"]),
        TRUSTS.path: trusts(parents["organizationType"]),
        SITES.path: sites(parents["organizationType"]),
    }
    made = {collection.path: Table(collection, parents) for collection in COLLECTIONS}
    for path, table in made.items():
        table.load({field.name: row.get(field.name) for field in table.collection.fields} for row in rows[path])
    return made


def by_id(rows: Iterator[Row]) -> dict[int, Row]:
    """Rows by their id."""
    return {row["id"]: row for row in rows}


def made_uuid(path: str, number: int) -> str:
    """A uuid that is the same at every start."""
    return str(uuid5(NAMESPACE_URL, f"{path}/{number}"))


def coded(path: str, names: Any) -> Iterator[Row]:
    """Look-ups with code and label."""
    for number, (code, label) in enumerate(names, 1):
        yield {"id": number, "uuid": made_uuid(path, number), "code": code, "label": label, "status": "CURRENT"}


def designated_bodies() -> Iterator[Row]:
    """The designated bodies."""
    for number, (code, name, abbreviation) in enumerate(BODIES, 1):
        yield {
            "id": number,
            "uuid": made_uuid(DBCS.path, number),
            "dbc": code,
            "name": name,
            "abbr": abbreviation,
            "status": "CURRENT",
            "type": "Local office",
            "internal": True,
        }


def categories() -> Iterator[Row]:
    """The role categories."""
    for number, name in enumerate(CATEGORY_NAMES, 1):
        yield {"id": number, "name": name, "uuid": made_uuid("role-categories", number)}


def roles(parents: dict[int, Row]) -> Iterator[Row]:
    """The roles, each of a category."""
    names = [(code, label) for code, label, _ in ROLE_NAMES]
    for row, (_, _, category) in zip(coded(ROLES.path, names), ROLE_NAMES, strict=True):
        yield {**row, "roleCategory": parents[category]}


def grades() -> Iterator[Row]:
    """The grades; consultants and specialty doctors are not in training."""
    for number, (abbreviation, name) in enumerate(GRADE_NAMES, 1):
        in_training = abbreviation not in ("SAS", "CON")
        yield {
            "id": number,
            "uuid": made_uuid(GRADES.path, number),
            "abbreviation": abbreviation,
            "name": name,
            "label": name,
            "trainingGrade": in_training,
            "postGrade": in_training,
            "placementGrade": True,
            "status": "CURRENT",
            "intrepidId": str(8800 + number),
        }


def local_offices() -> Iterator[Row]:
    """The local offices."""
    for number, (abbreviation, name, post) in enumerate(OFFICES, 1):
        yield {
            "id": number,
            "uuid": made_uuid(LOCAL_OFFICES.path, number),
            "abbreviation": abbreviation,
            "name": name,
            "postAbbreviation": post,
            "status": "CURRENT",
        }


def trusts(types: dict[int, Row]) -> Iterator[Row]:
    """The trusts, one a town; their codes begin with R, as the real ones do."""
    for number, town in enumerate(islice(towns(), TRUST_COUNT), 1):
        yield {
            "id": number,
            "code": trust_code(number),
            "localOffice": OFFICES[number % len(OFFICES)][1],
            "status": status(number),
            "trustKnownAs": town,
            "trustName": f"{town} {TRUST_KINDS[number % len(TRUST_KINDS)]}",
            "trustNumber": f"{number:05}",
            "address": f"{number} {STREETS[number % len(STREETS)]}, {town}",
            "postCode": post_code(number),
            "organizationType": types[1],
            "intrepidId": str(1200 + number),
        }


def sites(types: dict[int, Row]) -> Iterator[Row]:
    """The sites, spread over the trusts."""
    places = [*islice(towns(), TRUST_COUNT)]
    for number in islice(count(1), SITE_COUNT):
        trust = number % TRUST_COUNT + 1
        town = places[trust - 1]
        name = SAINTS[number % len(SAINTS)] if number % 3 else town
        yield {
            "id": number,
            "siteCode": f"{trust_code(trust)}{number // TRUST_COUNT + 1:02}",
            "startDate": f"{1990 + number % 30}-04-01",
            "endDate": None if status(number) == "CURRENT" else "2024-03-31",
            "localOffice": OFFICES[trust % len(OFFICES)][1],
            "trustCode": trust_code(trust),
            "trustId": trust,
            "siteName": f"{name} {KINDS[number % len(KINDS)]}",
            "address": f"{number} {STREETS[number % len(STREETS)]}, {town}",
            "postCode": post_code(number),
            "siteKnownAs": f"{name} {KINDS[number % len(KINDS)]} ({trust_code(trust)})",
            "siteNumber": f"{number:05}",
            "organizationType": types[number % len(types) + 1],
            "status": status(number),
            "intrepidId": str(30000 + number),
        }


def status(number: int) -> str:
    """CURRENT, but for one in nine."""
    return "CURRENT" if number % EVERY_NTH_CLOSED else "INACTIVE"
