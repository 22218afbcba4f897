"""Invented rows for the reference service's tables, the same at every run: sites, trusts and schools as many as asked."""

import json
import random
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

from services.reference import seed_places as places
from services.reference.tables import metadata

SPECIALTIES = [
    "Anaesthetics",
    "Cardiology",
    "Emergency",
    "Foundation",
    "Medicine",
    "Paediatrics",
    "Psychiatry",
    "Radiology",
    "Surgery",
]

Row = dict[str, Any]
Filling = tuple[str, int, Iterator[Row]]


def generate(rows: int) -> Iterator[Filling]:
    """Each table with the number of its rows and the rows, parents first; `rows` is the number of sites."""
    lists = places.LISTS
    source = random.Random(rows)  # noqa: S311 - plausible, not secret
    for name, table in lists["tables"].items():
        yield _filling(source, name, [_named(table, values) for values in table["rows"]])
    for make in (_local_offices, _bodies, _roles, _grades, _funding, _patches, _rotations):
        for name, made in make(source, lists).items():
            yield _filling(source, name, made)
    kinds = len(lists["tables"]["OrganizationType"]["rows"])
    offices = [name for _, _, name, _ in lists["local_offices"]["rows"]]
    plan = places.Plan(sites=rows, trusts=max(rows // 5, 1), schools=max(rows // 4, 1), kinds=kinds, offices=offices)
    for name, size, made_places in plan.fillings(source):
        yield name, size, map(partial(_complete, source, name), count(1), made_places)


def _named(table: Row, values: list[Any]) -> Row:
    return dict(zip(table.get("columns", ("code", "label")), values, strict=True))


def _filling(source: random.Random, name: str, rows: list[Row]) -> Filling:
    return name, len(rows), map(partial(_complete, source, name), count(1), rows)


def _complete(source: random.Random, name: str, number: int, row: Row) -> Row:
    """The row with its key, its uuid and its status, where its table has them and it has none yet."""
    columns = metadata.tables[name].columns
    if "id" in columns and "id" not in row:
        row["id"] = number if columns["id"].autoincrement is True else places.new_uuid(source)
    if "uuid" in columns and "uuid" not in row:
        row["uuid"] = places.new_uuid(source)
    if "status" in columns and "status" not in row:
        row["status"] = "INACTIVE" if source.random() < places.INACTIVE_SHARE else "CURRENT"
    return row


def _local_offices(source: random.Random, lists: Row) -> dict[str, list[Row]]:
    offices = [
        {
            "uuid": places.new_uuid(source),
            "abbreviation": short,
            "name": name,
            "postAbbreviation": post,
            "status": "CURRENT",
        }
        for _, short, name, post in lists["local_offices"]["rows"]
    ]
    types = [
        {"id": places.new_uuid(source), "code": code, "label": label, "status": "CURRENT"}
        for code, label, _ in lists["contacts"]["rows"]
    ]
    contacts = [
        {
            "localOfficeId": office["uuid"],
            "contactTypeId": kind["id"],
            "contact": f"{before}.{office['abbreviation'].lower()}@training.example",
        }
        for office in offices
        for kind, (_, _, before) in zip(types, lists["contacts"]["rows"], strict=True)
    ]
    return {"LocalOffice": offices, "LocalOfficeContactType": types, "LocalOfficeContact": contacts}


def _bodies(_: random.Random, lists: Row) -> dict[str, list[Row]]:
    own = [
        {"dbc": code, "name": name, "abbr": short, "type": "Local office", "internal": True, "status": "CURRENT"}
        for code, short, name, _ in lists["local_offices"]["rows"]
    ]
    others = [
        {"dbc": code, "name": name, "abbr": short, "type": kind, "internal": False}
        for code, name, short, kind in lists["bodies"]["rows"]
    ]
    return {"DBC": own + others}


def _roles(_: random.Random, lists: Row) -> dict[str, list[Row]]:
    categories = [{"name": name} for name in lists["categories"]]
    roles = [
        {"code": code, "label": label, "categoryId": category}
        for category, kinds in enumerate(lists["categories"].values(), 1)
        for code, label in kinds
    ]
    return {"RoleCategory": categories, "Role": roles}


def _grades(_: random.Random, lists: Row) -> dict[str, list[Row]]:
    grades, rates = [], []
    for number, (short, name, training, post, placement, rate) in enumerate(lists["grades"]["rows"], 1):
        kinds = {"trainingGrade": training, "postGrade": post, "placementGrade": placement}
        grades.append({"abbreviation": short, "name": name, "label": name, **kinds, "intrepidId": str(4_000 + number)})
        amounts = {
            "tariffRate": rate,
            "tariffRateFringe": str(int(rate) + 149),
            "tariffRateLondon": str(int(rate) + 2162),
        }
        rates.append({"code": f"TR-{short}", "gradeId": number, "gradeAbbreviation": short, **amounts})
    return {"Grade": grades, "TariffRate": rates}


def _funding(_: random.Random, lists: Row) -> dict[str, list[Row]]:
    types, sub_types = [], []
    for number, (code, label, details, parts) in enumerate(lists["funding"]["rows"], 1):
        types.append({"code": code, "label": label, "allowDetails": details})
        sub_types += [{"code": part, "label": name, "parentId": number} for part, name in parts]
    return {"FundingType": types, "FundingSubType": sub_types}


def _patches(_: random.Random, lists: Row) -> dict[str, list[Row]]:
    patches = [
        {
            "tableDtoName": "GradeDTO",
            "patchId": str(number),
            "patch": json.dumps([{"op": "replace", "path": "/label", "value": name}], separators=(",", ":")),
            "dateAdded": f"2019-03-{number:02d} 09:30:00",
            "enabled": number % 4 != 0,
        }
        for number, (_, name, *_) in enumerate(lists["grades"]["rows"][:12], 1)
    ]
    return {"JsonPatch": patches}


def _rotations(source: random.Random, lists: Row) -> dict[str, list[Row]]:
    pairs = [(office, specialty) for _, _, office, _ in lists["local_offices"]["rows"] for specialty in SPECIALTIES]
    rotations = [
        {"code": f"ROT{number:03d}", "label": f"{places.new_town(source)} {specialty}", "localOffice": office}
        for number, (office, specialty) in enumerate(pairs, 1)
    ]
    return {"Rotation": rotations}
