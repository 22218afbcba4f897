"""Invented trusts, sites and schools: any number of them, made one by one."""

import random
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INACTIVE_SHARE = 0.06
LISTS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("seed.toml").read_text(encoding="utf-8"))
WORDS: dict[str, list[str]] = LISTS["words"]
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ0123456789"  # without vowels codes make no words
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
            yield {
                "code": _code(number, self.schools, "M"),
                "label": f"{new_town(source)} {source.choice(WORDS['schools'])}",
            }

    def _trust(self, source: random.Random, number: int) -> Row:
        town = new_town(source)
        return {
            "code": self._trust_code(number),
            "localOffice": self._office(number),
            "trustKnownAs": f"{town} Hospitals",
            "trustName": f"{town} {source.choice(WORDS['trusts'])}",
            "trustNumber": f"{number + 1:05d}",
            **_address(source, town),
            "organizationTypeId": source.randrange(self.kinds) + 1,
            "intrepidId": str(100_000 + number),
        }

    def _site(self, source: random.Random, number: int) -> Row:
        place, trust = divmod(number, self.trusts)
        town, kind = new_town(source), source.choice(WORDS["sites"])
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


def new_town(source: random.Random) -> str:
    """An invented name of a town."""
    return source.choice(WORDS["first_parts"]) + source.choice(WORDS["last_parts"])


def _address(source: random.Random, town: str) -> Row:
    street = f"{source.choice(WORDS['streets'])} {source.choice(WORDS['ways'])}"
    area, sector = source.choice(POSTCODE_AREAS), source.randrange(100, 1000)
    unit = source.choice(CODE_LETTERS[:21]) + source.choice(CODE_LETTERS[:21])
    return {
        "address": f"{source.randrange(1, 190)} {street}, {town}",
        "postCode": f"{area}{sector // 10} {sector % 10}{unit}",
    }
