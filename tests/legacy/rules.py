"""What the old service asked of a row before it stored it: bean validation, and the sites' and trusts' own validators."""

from collections.abc import Callable
from typing import Final

from tests.legacy.bodies import Row
from tests.legacy.catalogue import SITES, TRUSTS, Collection
from tests.legacy.messages import Answer, Refused, crash, error_answer, json_answer
from tests.legacy.store import collated


def validate(row: Row, collection: Collection, *, is_new: bool) -> None:
    """Refused with all violated constraints, by their codes."""
    codes = {name: "NotNull" for name in collection.required if row[name] is None}
    if collection.id_by_group and is_new != (row["id"] is None):
        codes = {"id": "Null" if is_new else "NotNull", **codes}
    if codes:
        faults = [
            {"objectName": collection.object_name, "field": name, "message": code} for name, code in codes.items()
        ]
        raise Refused(error_answer(400, "error.validation", None, faults))


def check_site(site: Row, trusts: list[Row]) -> None:
    """A site begins before it ends, and its code names one current trust, whose id it gets."""
    if site["startDate"] and site["endDate"] and site["startDate"] > site["endDate"]:
        raise Refused(validator_answer("Start Date needs to be before End Date"))
    if site["trustCode"] is None:
        raise Refused(crash())
    meant = [trust for trust in trusts if is_current(trust) and has_code(trust, site["trustCode"])]
    if len(meant) != 1:
        raise Refused(Answer(500))
    site["trustId"] = meant[0]["id"]


def check_trust(trust: Row, trusts: list[Row]) -> None:
    """No two current trusts have one code."""
    code = trust["code"]
    if code is None or not is_current(trust):
        return
    if any(is_current(other) and has_code(other, code) and other["id"] != trust["id"] for other in trusts):
        raise Refused(validator_answer(code))


# By collection path: what checks a row, given all trusts.
VALIDATORS: Final[dict[str, Callable[[Row, list[Row]], None]]] = {SITES.path: check_site, TRUSTS.path: check_trust}


def validator_answer(message: str) -> Answer:
    """How a validator's refusal reads."""
    return json_answer(400, {"message": message, "params": ["error.validation"]})


def is_current(trust: Row) -> bool:
    """Is the trust's status CURRENT?"""
    return bool(trust["status"] == "CURRENT")


def has_code(trust: Row, code: str) -> bool:
    """Is this the trust's code, as the database compares?"""
    return trust["code"] is not None and collated(trust["code"]) == collated(code)
