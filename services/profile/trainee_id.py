"""/api/trainee-id: which id of ours belongs to which GMC number, body by body. Replaces TraineeIdResource.

Each change leaves a revision, as Hibernate Envers did: one row for the call, and one for each trainee as it then was.
"""

import re
import time
from calendar import monthrange
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, WithJsonSchema
from sqlalchemy import bindparam, insert, literal, select, update

from services.profile.tables import revision, trainee, trainee_revision
from shared.db import Work
from shared.dialect import ANY_ORIGIN
from shared.errors import BadRequest, Conflict
from shared.http.endpoint import Resource
from shared.jackson import Day, Flag, Long, Text, checked_text, read_day, reader
from shared.lookup import Collection, portions
from shared.paging import PageRequest
from shared.principals import Authority
from shared.rows import Row

REGISTER, VIEW = Authority("profile:register:trainee"), Authority("profile:view:all:mappings")
LONGEST_NUMBER, LONGEST_CODE = 7, 20  # characters that the columns hold
ADDED, CHANGED = 0, 1  # Envers' kinds of revisions
SLASHED_DAY: Final = re.compile(r"\s*(?:(\d\d)/(\d\d)/(\d{4}))?\s*", re.ASCII).fullmatch
LAST_DAY: Final = 31


def read_slashed_day(value: Any) -> Any:
    """A date as dd/MM/yyyy, a day that the month lacks being its last; as a number or an array as elsewhere; `""` is null."""
    if not isinstance(value, str):
        return read_day(value)
    found = SLASHED_DAY(value)
    if found is None:
        raise ValueError(value)
    if found[1] is None:
        return None
    day, month, year = map(int, found.groups())
    return date(year, month, day if day > LAST_DAY else min(day, monthrange(year, month)[1]))


SlashedDay = Annotated[
    date | None,
    reader(read_slashed_day, "a date such as 31/01/2026"),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^\d\d/\d\d/\d{4}$"}, {"type": "null"}]}),
]


class Registration(BaseModel):
    """A trainee to be registered with a designated body."""

    gmcNumber: Text = None
    dateAdded: SlashedDay = None


class Trainee(Row):
    """A trainee's ids; `active` is null where nobody ever said."""

    dto = "TraineeProfileDTO"
    tisId: Long = None
    gmcNumber: Text = None
    active: Flag = None
    designatedBodyCode: Text = None
    dateAdded: Day = None


class Registered(BaseModel):
    """The trainees of a call: the new ones, those that were with the body already, those that came from elsewhere."""

    traineeIds: list[Trainee]


class Mappings(BaseModel):
    """A page of a body's trainees."""

    totalElements: int
    totalPages: int
    content: list[Trainee]


rows = Collection(trainee, Trainee, key="tisId")
routes = Resource()

ITS_REVISION = (trainee_revision.c.tisId == trainee.c.tisId) & (trainee_revision.c["REV"] == bindparam("revision"))
FOLLOW_REVISION = (
    update(trainee)
    .where(trainee.c.tisId.in_(bindparam("ids", expanding=True)))
    .values(
        designatedBodyCode=bindparam("code"),
        active=True,
        dateAdded=select(trainee_revision.c.dateAdded).where(ITS_REVISION).scalar_subquery(),
    )
)


@routes.endpoint("POST", "/api/trainee-id/{designatedBodyCode}/register", allow=REGISTER, standing=ANY_ORIGIN)
def register_trainees(designatedBodyCode: str, body: list[Registration], work: Work) -> Registered:
    """Register trainees with a designated body, all or none: who is not known gets an id, who is elsewhere moves."""
    wanted = {checked_number(one): one for one in body}
    if len(wanted) < len(body):
        raise BadRequest("A gmcNumber comes twice.")
    if wanted:
        check_code(designatedBodyCode)
    known = find_known(work, wanted.keys())
    new = [as_registered(one, designatedBodyCode) for number, one in wanted.items() if number not in known]
    moved, unchanged = [], []
    for number, one in wanted.items():
        stored = known.get(number)
        if stored is not None and is_with(stored, designatedBodyCode):
            unchanged.append(stored)
        elif stored is not None:
            moved.append(as_registered(one, designatedBodyCode, stored.tisId))
    if new or moved:
        keep(work, new, moved)
    return Registered.model_construct(traineeIds=[*new, *unchanged, *moved])


def checked_number(registration: Registration) -> str:
    """The GMC number of a registration; BadRequest where there is none that can be stored."""
    number = registration.gmcNumber
    if number is None:
        raise BadRequest("A gmcNumber is missing.")
    if len(number) > LONGEST_NUMBER:
        raise BadRequest(f"The gmcNumber {number[:80]} has more than {LONGEST_NUMBER} characters.")
    return number


def check_code(code: str) -> None:
    """BadRequest for a designated body's code that cannot be stored."""
    if len(code) > LONGEST_CODE:
        raise BadRequest(f"The designated body's code has more than {LONGEST_CODE} characters.")
    try:
        checked_text(code)
    except ValueError as error:
        raise BadRequest(f"The designated body's code: {error}.") from error


def find_known(work: Work, numbers: AbstractSet[str]) -> Mapping[str, Trainee]:
    """The trainees with some GMC numbers, by number; Conflict where one is stored in another spelling."""
    known = {one.gmcNumber or "": one for one in rows.find_any(work, trainee.c.gmcNumber, list(numbers))}
    for number in known:
        if number not in numbers:
            raise Conflict(f"The gmcNumber {number} is registered already, in this spelling.")
    return known


def is_with(stored: Trainee, code: str) -> bool:
    """Is a trainee with a designated body, whatever the case of its code?"""
    return stored.designatedBodyCode is not None and stored.designatedBodyCode.lower() == code.lower()


def as_registered(registration: Registration, code: str, key: int | None = None) -> Trainee:
    """The trainee that a registration makes, under an id that is known or will be."""
    return Trainee.model_construct(
        tisId=key,
        gmcNumber=registration.gmcNumber,
        active=True,
        designatedBodyCode=code,
        dateAdded=registration.dateAdded,
    )


def keep(work: Work, new: Sequence[Trainee], moved: Sequence[Trainee]) -> None:
    """Store trainees, who get their ids, and their revision, which the rows of those moved then follow.

    So the number of statements does not grow with that of the trainees: PyMySQL sends inserts together, updates singly.
    """
    number = work.write(insert(revision), {"REVTSTMP": time.time_ns() // 1_000_000}).inserted_primary_key[0]
    if new:
        work.write(insert(trainee), [one.model_dump(exclude={"tisId"}) for one in new])
        stored = find_known(work, {one.gmcNumber or "" for one in new})
        for one in new:
            one.tisId = stored[one.gmcNumber or ""].tisId
    kinds = ((ADDED, new), (CHANGED, moved))
    revisions = [{**one.model_dump(), "REV": number, "REVTYPE": kind} for kind, some in kinds for one in some]
    work.write(insert(trainee_revision), revisions)
    for some in portions(moved):
        ids = [one.tisId for one in some]
        work.write(FOLLOW_REVISION, {"ids": ids, "code": some[0].designatedBodyCode, "revision": number})


@routes.endpoint("GET", "/api/trainee-id/{designatedBodyCode}/mappings", allow=VIEW, standing=ANY_ORIGIN)
def list_mappings(designatedBodyCode: str, page: PageRequest, work: Work) -> Mappings:
    """A page of the trainees of a designated body, active or not."""
    clauses = rows.clauses()
    clauses.add(trainee.c.designatedBodyCode == literal(designatedBodyCode))
    found, total = rows.page(work, page, clauses)
    return Mappings.model_construct(totalElements=total, totalPages=-(-total // page.size), content=found)
