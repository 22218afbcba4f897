"""Invented trusts, sites, schools and rotations: any number of them, made one by one."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

INACTIVE_SHARE = 0.06
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ0123456789"  # without vowels codes make no words
FIRST_PARTS = [
    "Alder",
    "Ash",
    "Barrow",
    "Beck",
    "Birch",
    "Bram",
    "Cald",
    "Carr",
    "Cold",
    "Crom",
    "Dun",
    "Eller",
    "Elm",
    "Fen",
    "Gorse",
    "Hal",
    "Harrow",
    "Hazel",
    "Hern",
    "Holm",
    "Kel",
    "Lang",
    "Lark",
    "Lyn",
    "Mal",
    "Mar",
    "Merrow",
    "Mill",
    "Nether",
    "Oak",
    "Pen",
    "Quen",
    "Raven",
    "Rush",
    "Sal",
    "Sed",
    "Silver",
    "Stan",
    "Tarn",
    "Thorn",
    "Tol",
    "Under",
    "Wal",
    "Wren",
    "Yar",
]
LAST_PARTS = ["bourne", "bridge", "burn", "by", "combe", "croft", "dale", "den", "field", "garth", "gate", "ham", "hurst", "land", "leigh", "mere", "moor", "side", "stead", "thorpe", "wick", "worth"]  # fmt: skip
STREETS = [
    "Abbey",
    "Beacon",
    "Canal",
    "Chapel",
    "Church",
    "Garden",
    "Hill",
    "Infirmary",
    "Market",
    "Mill",
    "Park",
    "Priory",
    "Queen's",
    "Quarry",
    "River",
    "Station",
    "Victoria",
]
WAYS = ["Avenue", "Close", "Drive", "Lane", "Road", "Street", "Way"]
TRUST_KINDS = (
    *("Hospitals NHS Foundation Trust", "University Hospitals NHS Trust", "and District Hospitals NHS Trust"),
    *("Community Health NHS Trust", "Mental Health NHS Foundation Trust", "Partnership NHS Foundation Trust"),
)
SITE_KINDS = (
    *(
        "General Hospital",
        "Royal Infirmary",
        "Community Hospital",
        "District Hospital",
        "Day Hospital",
        "Treatment Centre",
    ),
    *("Medical Centre", "Surgery", "Health Centre", "Dental Practice", "Clinic", "Hospice", "Children's Hospital"),
)
SCHOOL_KINDS = (
    "University Medical School",
    "School of Medicine",
    "College of Medicine",
    "Institute of Medical Sciences",
)
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
POSTCODE_AREAS = ("QA", "QX", "VE", "VT", "XB", "XM")  # no area of the post begins with these letters
DAYS = 28

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How many places of each sort, among how many kinds of organisation and in which local offices."""

    sites: int
    trusts: int
    schools: int
    kinds: int
    offices: list[str]

    def fillings(self, source: random.Random) -> Iterator[tuple[str, int, Iterator[Row]]]:
        """Table, number of rows and rows: schools, trusts, sites."""
        yield "MedicalSchool", self.schools, self._schools(source)
        yield "Trust", self.trusts, (self._trust(source, number) for number in range(self.trusts))
        yield "Site", self.sites, (self._site(source, number) for number in range(self.sites))

    def _schools(self, source: random.Random) -> Iterator[Row]:
        for number in range(self.schools):
            yield {"code": _code(number, self.schools, "M"), "label": f"{_town(source)} {source.choice(SCHOOL_KINDS)}"}

    def _trust(self, source: random.Random, number: int) -> Row:
        town = _town(source)
        return {
            "code": self._trust_code(number),
            "localOffice": self._office(number),
            "trustKnownAs": f"{town} Hospitals",
            "trustName": f"{town} {source.choice(TRUST_KINDS)}",
            "trustNumber": f"{number + 1:05d}",
            **_address(source, town),
            "organizationTypeId": source.randrange(self.kinds) + 1,
            "intrepidId": str(100_000 + number),
        }

    def _site(self, source: random.Random, number: int) -> Row:
        place, trust = divmod(number, self.trusts)
        town, kind = _town(source), source.choice(SITE_KINDS)
        opened, closed = source.randrange(1948, 2015), source.random() < INACTIVE_SHARE
        return {
            "siteCode": f"{self._trust_code(trust)}{place + 1:02d}",
            "startDate": f"{opened}-{source.randrange(12) + 1:02d}-{source.randrange(DAYS) + 1:02d}",
            "endDate": f"{source.randrange(opened + 1, 2026)}-03-31" if closed else None,
            "localOffice": self._office(trust),
            "trustCode": self._trust_code(trust),
            "trustId": trust + 1,
            "siteName": f"{town} {kind}",
            **_address(source, town),
            "siteKnownAs": f"{town} {kind} ({self._trust_code(trust)})",
            "siteNumber": f"{place + 1:02d}",
            "organisationalUnit": None if number % 3 else f"Unit {place + 1}",
            "organizationTypeId": source.randrange(self.kinds) + 1,
            "status": "INACTIVE" if closed else "CURRENT",
            "intrepidId": str(500_000 + number),
        }

    def _trust_code(self, number: int) -> str:
        return _code(number, self.trusts, "R")

    def _office(self, trust: int) -> str:
        return self.offices[trust % len(self.offices)]


def rotations(source: random.Random, offices: list[str]) -> Iterator[Row]:
    """A rotation for each specialty and local office."""
    for number, (office, specialty) in enumerate(
        (office, specialty) for office in offices for specialty in SPECIALTIES
    ):
        yield {"code": f"ROT{number + 1:03d}", "label": f"{_town(source)} {specialty}", "localOffice": office}


def new_uuid(source: random.Random) -> str:
    """A random UUID that the next run makes again."""
    return str(uuid.UUID(int=source.getrandbits(128), version=4))


def _code(number: int, of: int, first: str) -> str:
    """A code of its own for each number below `of`, neighbours far apart: the stride shares no factor with the base."""
    base, width = len(CODE_LETTERS), 2
    while base**width < of:
        width += 1
    rest = (number * 7_477 + 211) % base**width
    letters = []
    for _ in range(width):
        rest, digit = divmod(rest, base)
        letters.append(CODE_LETTERS[digit])
    return first + "".join(letters)


def _town(source: random.Random) -> str:
    return source.choice(FIRST_PARTS) + source.choice(LAST_PARTS)


def _address(source: random.Random, town: str) -> Row:
    street = f"{source.choice(STREETS)} {source.choice(WAYS)}"
    area, sector = source.choice(POSTCODE_AREAS), source.randrange(100, 1000)
    unit = source.choice(CODE_LETTERS[:21]) + source.choice(CODE_LETTERS[:21])
    return {
        "address": f"{source.randrange(1, 190)} {street}, {town}",
        "postCode": f"{area}{sector // 10} {sector % 10}{unit}",
    }
