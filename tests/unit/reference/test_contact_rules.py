"""What counts as a contact (REFERENCE.md 4.8): Hibernate Validator 6.2's e-mail addresses, and https URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reference.contact_rules import is_email, is_https_url


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "ann.smith@nhs.net",
        "Ann.Smith+tis@NHS.NET",
        "a!#$%&'*+/=?^_`{|}~-b@c",
        '"ann smith"@nhs.net',
        '"a@b"@c',
        '"a"."b"@c',
        'a."b c".d@e',
        '"a\\"b"@c',
        "ann@[192.168.1.1]",
        "ann@[IPv6:2001:db8::1]",
        "Zoë@exämple.org",
        "用户@例子.广告",
        "a@b-c.d",
        "a@b--c",
        "a@1.2.3.4",
        "a@" + "b" * 63,
        "a" * 64 + "@b",
    ],
)
def test_is_email(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@",
        "a@",
        "@b",
        "a b@c",
        "a@b c",
        " a@b",
        "a@b ",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a@b@c",
        'a"b"@c',
        '"a@b',
        "a,b@c",
        "a;b@c",
        "<a@b>",
        "a@-b",
        "a@b-",
        "a@b.",
        "a@.b",
        "a@b..c",
        "a@b.-c",
        "a@[1.2.3]",
        "a@[1.2.3.4",
        "a@" + "b" * 64,
        "a" * 65 + "@b",
        "a@" + ".".join(["b" * 60] * 5),
        "a\n@b",
        "a@b\n",
        "a\0@b",
    ],
)
def test_is_no_email(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize("text", ["a@under_score.org", "a@b!c", "a@b'c"])
def test_domains_hold_what_hibernate_lets_through(text: str) -> None:
    assert is_email(text)


def test_an_empty_quoted_part_is_no_email() -> None:
    assert not is_email('""@b')


@pytest.mark.parametrize("text", ["https://nhs.net/tis?a=b", "https:x", "https://", "HTTPS://X", "https:"])
def test_is_https_url(text: str) -> None:
    assert is_https_url(text)


@pytest.mark.parametrize("text", ["", "http://nhs.net", "https", "ftp://x", "//nhs.net", "nhs.net"])
def test_is_no_https_url(text: str) -> None:
    assert not is_https_url(text)


@given(st.text() | st.text(alphabet='a.@"\\- []', max_size=40))
def test_any_text_is_judged(text: str) -> None:
    assert is_email(text) in (True, False)


@given(st.integers(1, 60_000))
def test_no_text_takes_for_ever(size: int) -> None:
    assert not is_email('"' + "\\" * size + "a" * size)
    assert not is_email("a." * size + "@")
