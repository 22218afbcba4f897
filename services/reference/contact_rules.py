"""What counts as an e-mail address and as an https URL: Hibernate Validator 6.2's rules, and java.net.URL's."""

import re

LOCAL_SIZE, DOMAIN_SIZE, LABEL_SIZE = 64, 255, 63
ATOM = r"[^\x00-\x1f\x7f\"()<>@,;:\\.\[\]\s]"
WORD = rf"(?:{ATOM}+|\"(?:[^\"\\\r\n]|\\.)+\")"
LOCAL_PART = re.compile(rf"{WORD}(?:\.{WORD})*")
DOMAIN_SIGN = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff]"
DOMAIN_LABEL = re.compile(rf"{DOMAIN_SIGN}(?:(?:{DOMAIN_SIGN}|-)*{DOMAIN_SIGN})?")
IP_DOMAIN = re.compile(r"\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]", re.IGNORECASE)


def is_email(text: str) -> bool:
    """`a@b` suffices; a quoted local part, an address in brackets and letters beyond ASCII are fine."""
    local, at, domain = text.rpartition("@")
    if not at or len(local) > LOCAL_SIZE or len(domain) > DOMAIN_SIZE or not LOCAL_PART.fullmatch(local):
        return False
    if IP_DOMAIN.fullmatch(domain):
        return True
    return all(len(label) <= LABEL_SIZE and DOMAIN_LABEL.fullmatch(label) for label in domain.split("."))


def is_https_url(text: str) -> bool:
    """The scheme is https, in any case; anything may follow."""
    return text[:6].lower() == "https:"
