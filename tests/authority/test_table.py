"""The table against the code, line by line, and against what the old services were recorded to answer."""

from collections import Counter

import pytest

from tests.authority.conftest import SERVICES
from tests.authority.table import Line, line_named, line_of, table
from tests.contract.exchanges import Exchange, read_callers, read_exchanges
from tests.endpoints import coded_endpoints, name_of

AT_LEAST = {"reference": 334, "profile": 32}  # 333 of the old reference service, and its health
DEPARTURES = ("token-not-verified",)


def test_every_endpoint_has_a_line_and_the_reverse() -> None:
    lines = [line.name for line in table()]
    coded = [name_of(one) for endpoints in coded_endpoints().values() for one in endpoints]
    assert sorted(set(coded) - set(lines)) == [], "endpoints without a line in tests/authority/table.tsv"
    assert sorted(set(lines) - set(coded)) == [], "lines of tests/authority/table.tsv whose endpoint nobody serves"
    assert len(lines) == len(set(lines))
    assert Counter(line.service for line in table()) >= Counter(AT_LEAST)


@pytest.mark.parametrize("name", SERVICES)
def test_endpoints_ask_for_what_the_table_says(name: str) -> None:
    wrong = {
        name_of(one): str(one.allow)
        for one in coded_endpoints()[name]
        if str(one.allow) != line_named(name_of(one)).asks
    }
    assert wrong == {}


def refusals(name: str, *, anonymous: bool) -> list[tuple[Exchange, Line]]:
    """The recorded exchanges of a service that fit a line: those of callers without a token, or all others."""
    found = []
    for one in read_exchanges(name):
        line = line_of(one.method, one.target.partition("?")[0])
        brings_token = one.headers.keys() & {"Authorization", "OIDC_access_token"}
        if line and anonymous == (read_callers(name)[one.caller] is None and not brings_token):
            found.append((one, line))
    return found


@pytest.mark.parametrize(("name", "at_least"), [("reference", 190), ("profile", 30)])
def test_recorded_callers_without_a_token_got_the_tables_status(name: str, at_least: int) -> None:
    recorded = refusals(name, anonymous=True)
    assert len(recorded) >= at_least
    slashed = {"GET /profile/api/userinfo/": 401}  # a slash at the end, and the filter no longer exempts it
    wrong = {
        f"{one.name}: {one}": one.status
        for one, line in recorded
        if one.status != slashed.get(f"{one.method} {one.target}", line.no_token)
    }
    assert wrong == {}


@pytest.mark.parametrize(("name", "at_least"), [("reference", 200), ("profile", 60)])
def test_only_endpoints_that_ask_for_something_refused_recorded_callers(name: str, at_least: int) -> None:
    recorded = [(one, line) for one, line in refusals(name, anonymous=False) if one.status in (401, 403)]
    assert len(recorded) >= at_least
    wrong = {f"{one.name}: {one}": one.status for one, line in recorded if one.status != line.no_authority}
    assert wrong == {}
