"""The ways-out gate: what functions call outside leaves by NAT gateways whose addresses are ours, kept, and told."""

from collections.abc import Iterator

from infra.gates.findings import Finding
from infra.ground.graph import Subnet
from infra.ground.standing import Ground, Standing
from infra.ground.wiring import FUNCTION_SUBNETS, FUNCTIONS, NAT, marks, network_of

GATE = "ways-out"
ADDRESS = "AWS::EC2::EIP"


def break_ways_out(ground: Ground) -> Iterator[Finding]:
    """Every way out that partners could not allow by address, in any place; each is told once."""
    told: set[tuple[str, str, str]] = set()
    for standing in ground.standings.values():
        for finding in (*unfixed(ground, standing), *astray(ground, standing)):
            if (finding.file, finding.resource, finding.rule) not in told:
                told.add((finding.file, finding.resource, finding.rule))
                yield finding


def told_addresses(standing: Standing) -> dict[str, str]:
    """The fixed addresses of NAT gateways that are outputs: the output's name by the address's resource."""
    addresses = {
        mark for nat in standing.of_type(NAT).values() for mark in marks(nat["Properties"].get("AllocationId"))
    }
    return {
        next(marks(value)): key
        for outputs in standing.outputs.values()
        for key, value in outputs.items()
        if isinstance(value, str)
        and value in {shown for one in addresses for shown in (f"<{one}>", f"<{one}.PublicIp>")}
    }


def unfixed(ground: Ground, standing: Standing) -> Iterator[Finding]:
    """NAT gateways without an address of ours that an output tells."""
    told, addresses = told_addresses(standing), standing.of_type(ADDRESS)
    used: dict[str, str] = {}
    for name, nat in standing.of_type(NAT).items():
        address = next(marks(nat["Properties"].get("AllocationId")), "")
        where = (GATE, ground.file(name), name.partition(".")[2])
        if address not in addresses:
            why = f"In {standing.place} this NAT gateway has no fixed address of ours; partners would refuse our calls."
            yield Finding(*where, "no_fixed_address", why, "Give it an AWS::EC2::EIP of its own as AllocationId.")
        elif address in used:
            why = f"{address} is the address of {used[address]} too; a gateway needs one of its own."
            yield Finding(*where, "address_shared", why, "Give it an AWS::EC2::EIP of its own as AllocationId.")
        elif address not in told:
            why = f"No output tells {address}; nobody could tell partners which address to allow."
            yield Finding(
                *where, "address_not_told", why, f"Add an output whose value is !Ref {address.partition('.')[2]}."
            )
        used[address] = name


def astray(ground: Ground, standing: Standing) -> Iterator[Finding]:
    """Subnets of functions from which a call gets out another way than by a NAT gateway, or not at all."""
    network = network_of(standing)
    functions = network.members.get(FUNCTIONS)
    if functions is None:
        if network.subnets:
            yield Finding(
                GATE,
                ground.file(next(iter(network.subnets))),
                "",
                "no_functions",
                f"In {standing.place} nothing says where functions stand.",
                f"Export their subnets, joined by commas, as tis-<stage>-{FUNCTION_SUBNETS}.",
            )
        return
    for name in sorted(functions.subnets):
        yield from strays(ground, standing, network.subnets[name])
    if not network.lets_out(functions, None):
        for group in sorted(functions.groups):
            yield Finding(
                GATE,
                ground.file(group),
                group.partition(".")[2],
                "no_way_out",
                f"In {standing.place} the functions' security group lets no call out to a partner.",
                "Let it out to 0.0.0.0/0 by tcp 443.",
            )


def strays(ground: Ground, standing: Standing, subnet: Subnet) -> Iterator[Finding]:
    """The exits of one subnet that are not NAT gateways."""
    where = (GATE, ground.file(subnet.name), subnet.name.partition(".")[2])
    nats = standing.of_type(NAT)
    for end in subnet.exits:
        if end not in nats:
            why = f"In {standing.place} calls leave this subnet by {end}, from an address that no partner knows."
            yield Finding(*where, "leaves_unfixed", why, "Route 0.0.0.0/0 to the NAT gateway of its zone.")
    if not nats.keys() & set(subnet.exits):
        why = f"In {standing.place} no route leads from this subnet of functions to the partners."
        yield Finding(*where, "no_way_out", why, "Route 0.0.0.0/0 to the NAT gateway of its zone.")
