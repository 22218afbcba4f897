"""Names of users, roles and permissions: in many scripts, hardly any, and such that no column holds."""

from urllib.parse import quote

from tests.integration.caller import FOUR_BYTES
from tests.integration.profile.caller import API

SCRIPTS = (
    "Zoë Ångström",
    "Владимир",
    "Ελένη",
    "محمد",
    "דוד",
    "山田太郎",
    "김철수",
    "สมชาย",
    "राम",
    "ՀԱՅԿ",
    "e\u0301",  # é in two signs
    "İstanbul",
    "straße",
    "ﬁne",
    "\u200bzero\u200dwidth",
    "\u202eright to left",
    "\ufffd",
)
ODD = (
    "jo.hill@nhs.uk",
    "jo+hill@nhs.uk",
    "a.b.c.zip",
    "...",
    ".hidden",
    "two words",
    " before",
    "%",
    "100%",
    "%41",
    "%zz",
    "_",
    "a_b",
    "'",
    '"',
    "`",
    "o'brien",
    "'; DROP TABLE HeeUser; --",
    "a,b",
    "a;b",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "a&b=c",
    "<b>",
    "{a}",
    "[a]",
    "a|b^c",
    "~",
    "null",
    "None",
    "true",
    "0",
    "\x01",
    "\x7f",
    "a\tb",
    "a\nb",
    "a\r\nX-Injected: yes",
    "x" * 50,
)
UNSENDABLE = ("/", "\\", ";", "%", "\x00")  # the old firewall's signs: no path may hold them
TOO_WIDE = (FOUR_BYTES, f"a{FOUR_BYTES}b", "\U0001d4a5\U0001d45c", "𠮷野家", "\U0001f468\u200d\U0001f469")


def paths(*templates: str, name: str) -> list[str]:
    """Paths with a name in them; none where no path can hold it."""
    if any(sign in name for sign in UNSENDABLE) or name in (".", ".."):
        return []
    return [f"{API}/{template.format(quote(name, safe=''))}" for template in templates]
