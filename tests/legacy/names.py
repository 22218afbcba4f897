"""Invented names and codes that sound like England, for the stand-in's rows."""

from collections.abc import Iterator
from itertools import product
from typing import Final

FIRST_SYLLABLES: Final = (
    "Ash",
    "Bram",
    "Cald",
    "Dun",
    "Elm",
    "Fern",
    "Garth",
    "Hol",
    "Ket",
    "Lang",
    "Marl",
    "North",
    "Ox",
)
LAST_SYLLABLES: Final = (
    "bury",
    "combe",
    "dale",
    "field",
    "ham",
    "ley",
    "mere",
    "port",
    "stead",
    "ton",
    "wick",
    "worth",
)
SAINTS: Final = (
    "St Alban's",
    "St Bride's",
    "St Cuthbert's",
    "St Dunstan's",
    "St Edmund's",
    "St Hilda's",
    "St Oswald's",
)
KINDS: Final = (
    "General Hospital",
    "Royal Infirmary",
    "Community Hospital",
    "Health Centre",
    "Surgery",
    "Hospice",
    "Clinic",
)
STREETS: Final = (
    "Church Lane",
    "High Street",
    "Mill Road",
    "Station Road",
    "Victoria Avenue",
    "Abbey Close",
    "Bridge Street",
)
TRUST_KINDS: Final = ("NHS Foundation Trust", "University Hospitals NHS Trust", "Healthcare NHS Trust")
OFFICES: Final = (
    ("ASHV", "Ash Valley", "ASV"),
    ("CALM", "Calder and the Moors", "CAL"),
    ("EAST", "Eastern Fens", "EFE"),
    ("KETW", "Ketwold", "KET"),
    ("LANG", "Langmere", "LAN"),
    ("NRTH", "North Reach", "NRE"),
    ("OXDL", "Oxdale", "OXD"),
    ("WEST", "Western Downs", "WDO"),
)
BODIES: Final = (  # the codes are real ones, which users' rows hold; names and abbreviations are not
    ("1-1RSG4X0", "Ash Valley", "ASHV"),
    ("1-1RSSPZ7", "Calder and the Moors", "CALM"),
    ("1-1RSSQ05", "Eastern Fens", "EAST"),
    ("1-1RSSQ1B", "Ketwold", "KETW"),
    ("1-1RSSQ2H", "Langmere", "LANG"),
    ("1-1RSSQ5L", "North Reach", "NRTH"),
    ("1-1RSSQ6R", "Oxdale", "OXDL"),
    ("1-1RUZUSF", "Western Downs", "WEST"),
    ("1-1RUZUYF", "Marlcombe", "MARL"),
    ("1-1RUZV1D", "Fernwick", "FERN"),
    ("1-1RUZV4H", "Garthmere North", "GARN"),
    ("1-1RUZV6H", "Garthmere South", "GARS"),
)
GRADE_NAMES: Final = (
    ("F1", "Foundation Year 1"),
    ("F2", "Foundation Year 2"),
    *((f"ST{year}", f"Specialty Training Year {year}") for year in range(1, 9)),
    *((f"CT{year}", f"Core Training Year {year}") for year in range(1, 4)),
    ("GPR", "General Practice Registrar"),
    ("LAT", "Locum Appointment for Training"),
    ("SAS", "Specialty Doctor"),
    ("CON", "Consultant"),
)
GENDER_NAMES: Final = ("Female", "Male", "Non-binary", "Not stated", "Prefer to self-describe")
ROLE_NAMES: Final = (
    ("CS", "Clinical Supervisor", 1),
    ("ES", "Educational Supervisor", 2),
    ("TPD", "Training Programme Director", 3),
    ("HOS", "Head of School", 3),
    ("CT", "College Tutor", 3),
    ("DME", "Director of Medical Education", 3),
    ("LA", "Leave Approver", 4),
    ("FTPD", "Foundation Training Programme Director", 3),
)
CATEGORY_NAMES: Final = ("Clinical Supervisors", "Educational Supervisors", "Others", "Leave Approvers")
ORGANISATION_TYPES: Final = (
    ("TRUST", "NHS Trust"),
    ("GP", "GP Practice"),
    ("HOSP", "Hospice"),
    ("COUNCIL", "Local Council"),
)


def towns() -> Iterator[str]:
    """Names of towns, no two alike for the first 156."""
    return (first + last for last, first in product(LAST_SYLLABLES, FIRST_SYLLABLES))


def trust_code(number: int) -> str:
    """R and two signs."""
    return f"R{chr(ord('A') + number // 10)}{number % 10}"


def post_code(number: int) -> str:
    """A post code of an area that does not exist."""
    return f"ZZ{number % 90 + 1} {number % 9 + 1}{chr(ord('A') + number % 26)}{chr(ord('A') + number // 26 % 26)}"
