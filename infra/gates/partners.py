"""The partners gate: who lets us in by address has been told every address that we call from, and no other.

Whoever moves a stage without telling its partners is refused by them the next morning.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from infra.gates.findings import Finding
from infra.gates.ways_out import told_addresses
from infra.ground.standing import PARTNERS, Ground, Place

GATE = "partners"
WAYS = ("address", "network", "token")


def break_partners(ground: Ground) -> Iterator[Finding]:
    """What partners.toml says that is not so, and what partners have not been told."""
    addresses = ground.partners.get("addresses", {})
    yield from misplaced(ground, addresses)
    yield from doubled(addresses)
    for name, partner in ground.partners.get("partners", {}).items():
        yield from untold(name, partner, addresses)


def finding(resource: str, rule: str, why: str, mend: str) -> Finding:
    """A finding in the partners' file."""
    return Finding(GATE, PARTNERS, resource, rule, why, mend)


def misplaced(ground: Ground, addresses: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Addresses under a place or an output that the templates do not have, and outputs without an address."""
    outputs = {str(place): set(told_addresses(standing).values()) for place, standing in ground.standings.items()}
    for place in outputs.keys() - addresses.keys():
        why = f"{place} calls partners, and the addresses that it does so from are not listed."
        yield finding(place, "place_not_listed", why, f"Add [addresses.{quoted(place)}] with {names(outputs[place])}.")
    for place, listed in addresses.items():
        if place not in outputs:
            why = f"Addresses are listed for {place}, which has no file of parameters."
            yield finding(place, "unknown_place", why, f"Take it out, or write one; there are {names(outputs)}.")
            continue
        for output in listed.keys() - outputs[place]:
            why = f"{listed[output]} is listed as {output} of {place}, and no NAT gateway there has an output of that name."
            yield finding(str(listed[output]), "no_such_output", why, f"The outputs are {names(outputs[place])}.")
        for output in outputs[place] - listed.keys():
            why = f"{output} of {place} is an address that we call from, and it is not listed."
            yield finding(output, "output_not_listed", why, f"Add it under [addresses.{quoted(place)}].")


def doubled(addresses: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Addresses that stand twice, or are none."""
    seen: dict[str, str] = {}
    for place, listed in addresses.items():
        for output, address in listed.items():
            here = f"{output} of {place}"
            try:
                ipaddress.IPv4Address(address)
            except ValueError:
                yield finding(
                    address, "no_address", f"{here} is no address of IPv4: {address}.", "Copy it from the output."
                )
                continue
            if address in seen:
                why = f"{address} is already allowed elsewhere, as {seen[address]}; it cannot be {here} too."
                yield finding(
                    address, "already_allowed", why, "An address has one gateway: copy each from its own output."
                )
            seen.setdefault(address, here)


def untold(name: str, partner: Mapping[str, Any], addresses: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Addresses that a partner should not have been told, or has not been."""
    if partner.get("allows") not in WAYS:
        why = f"How {name} lets us in is not said."
        yield finding(name, "way_not_said", why, f"Set allows to one of {names(WAYS)}.")
    owner = {address: place for place, listed in addresses.items() for address in listed.values()}
    told = partner.get("told", {})
    for place, given in told.items():
        for address in given:
            if address not in owner:
                why = f"{name} has been told {address} for {place}, which is an address of none of our NAT gateways."
                yield finding(address, "not_ours", why, f"Ask {name} to take it out, then take it out here.")
            elif owner[address] != place:
                why = f"{name} has been told {address} for {place}; it is already allowed elsewhere, for {owner[address]}."
                yield finding(address, "already_allowed", why, f"List it for {owner[address]} alone.")
        for address in set(addresses.get(place, {}).values()) - set(given):
            why = f"{name} has not been told {address}; it would refuse every call of {place} that leaves there."
            yield finding(address, "not_told", why, f"Tell {name}, and list it when they have allowed it.")
    if partner.get("allows") == "address" and not told:
        why = f"{name} lets us in by address, and has been told none."
        yield finding(name, "told_nothing", why, f"Tell {name} the addresses, and list them under told.")
    production = {place for place in addresses if Place(*place.split(".", 1)).stage == "prod"}
    if partner.get("allows") == "address" and told and (missing := production - told.keys()):
        why = f"{name} has been told nothing for {names(missing)}; after a failover it would refuse us."
        yield finding(name, "told_one_region", why, f"Tell {name} those addresses too, before they are needed.")


def quoted(place: str) -> str:
    """A place as a key of TOML."""
    return f'"{place}"'


def names(several: Any) -> str:
    """Names in a sentence."""
    return ", ".join(sorted(several)) or "none"
