"""Networks that are ever joined have no address in common, and every zone has all three kinds of subnets."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from tests.unit.ground.places import PLACES, Place

TIERS = ("public", "private", "data")


def test_networks_do_not_overlap() -> None:
    named = {f"{place}": place.parameters["VpcCidr"] for place in PLACES} | {
        f"old servers of {place.stage}": place.parameters["OldServersCidr"] for place in PLACES
    }
    for (one, block), (other, another) in combinations(named.items(), 2):
        assert not IPv4Network(block).overlaps(IPv4Network(another)), f"{one} and {other} have addresses in common"


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_subnets_fill_every_zone_and_share_no_address(place: Place) -> None:
    subnets = [one for _, one in place.resources("AWS::EC2::Subnet")]
    for one, other in combinations(subnets, 2):
        assert not IPv4Network(one["CidrBlock"]).overlaps(IPv4Network(other["CidrBlock"]))
    assert all(IPv4Network(one["CidrBlock"]).subnet_of(IPv4Network(place.parameters["VpcCidr"])) for one in subnets)
    zones = {one["AvailabilityZone"] for one in subnets}
    assert len(zones) == int(place.parameters["Zones"])
    assert len(subnets) == len(zones) * len(TIERS)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_zone_leaves_by_an_address_of_its_own(place: Place) -> None:
    subnets = dict(place.resources("AWS::EC2::Subnet"))
    zone_of = {name: one["AvailabilityZone"] for name, one in subnets.items()}
    nats = {f"<{name}>": one for name, one in place.resources("AWS::EC2::NatGateway")}
    tables = {
        one["RouteTableId"]: zone_of[one["SubnetId"].strip("<>")]
        for _, one in place.resources("AWS::EC2::SubnetRouteTableAssociation")
        if "PrivateSubnet" in one["SubnetId"]
    }
    ways = {
        tables[one["RouteTableId"]]: zone_of[nats[one["NatGatewayId"]]["SubnetId"].strip("<>")]
        for _, one in place.resources("AWS::EC2::Route")
        if "NatGatewayId" in one
    }
    assert ways == {zone: zone for zone in zone_of.values()}
    assert len({one["AllocationId"] for one in nats.values()}) == len(nats)


def test_the_old_servers_addresses_are_in_their_network() -> None:
    for place in PLACES:
        network = IPv4Network(place.parameters["OldServersCidr"])
        for address in place.parameters["OldServersAddresses"].split(","):
            assert IPv4Network(address).subnet_of(network)
