from copy import deepcopy
from dataclasses import replace
from typing import Any

from infra.gates.partners import break_partners
from infra.ground.standing import Ground

LONDON, IRELAND = "prod.eu-west-2", "prod.eu-west-1"


def changed(ground: Ground) -> tuple[Ground, dict[str, Any]]:
    partners = deepcopy(dict(ground.partners))
    return replace(ground, partners=partners), partners


def rules(ground: Ground) -> list[tuple[str, str]]:
    return [(one.rule, one.resource) for one in break_partners(ground)]


def test_address_of_two_places_is_already_allowed_elsewhere(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["addresses"][IRELAND]["NatAddressA"] = "198.51.100.10"
    told = [one for one in break_partners(planted) if one.rule == "already_allowed"]
    assert told[0].resource == "198.51.100.10"
    assert "is already allowed elsewhere, as NatAddressA of prod.eu-west-2" in told[0].why


def test_address_told_for_another_place_is_refused(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["partners"]["gmc"]["told"][LONDON].append("192.0.2.10")
    told = list(break_partners(planted))
    assert [(one.rule, one.resource) for one in told] == [("already_allowed", "192.0.2.10")]
    assert "it is already allowed elsewhere, for dev.eu-west-2" in told[0].why


def test_address_that_is_none_of_ours_is_refused(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["partners"]["gmc"]["told"][LONDON].append("198.51.100.99")
    assert rules(planted) == [("not_ours", "198.51.100.99")]


def test_partner_that_was_not_told_an_address_would_refuse_us(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["partners"]["gmc"]["told"][LONDON].remove("198.51.100.12")
    assert rules(planted) == [("not_told", "198.51.100.12")]


def test_partner_that_knows_one_region_would_refuse_us_after_a_failover(ground: Ground) -> None:
    planted, partners = changed(ground)
    del partners["partners"]["gmc"]["told"][IRELAND]
    assert rules(planted) == [("told_one_region", "gmc")]


def test_address_under_an_output_that_is_none_is_refused(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["addresses"]["dev.eu-west-2"]["NatAddressC"] = "192.0.2.12"
    assert ("no_such_output", "192.0.2.12") in rules(planted)


def test_place_without_addresses_is_told(ground: Ground) -> None:
    planted, partners = changed(ground)
    del partners["addresses"]["dev.eu-west-2"]
    assert ("place_not_listed", "dev.eu-west-2") in rules(planted)


def test_text_that_is_no_address_is_told(ground: Ground) -> None:
    planted, partners = changed(ground)
    partners["addresses"]["dev.eu-west-2"]["NatAddressA"] = "192.0.2"
    assert ("no_address", "192.0.2") in rules(planted)
