"""The ground as a graph: subnets and where they lead, what stands in them, and which security groups let whom through.

Pure functions. Network access lists are left out: they could only close ways that the graph still has.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace

PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
)


@dataclass(frozen=True)
class Subnet:
    """A subnet: its zone, its addresses, and the gateways that its routes out of the network lead to."""

    name: str
    zone: str
    block: str
    exits: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """Something that stands in subnets, behind security groups; `public` where it has an address that the internet knows."""

    name: str
    type: str
    subnets: frozenset[str]
    groups: frozenset[str]
    public: bool = False


@dataclass(frozen=True)
class Rule:
    """What a security group lets in, or out: from or to another group, or a block of addresses."""

    group: str
    other: str
    port: str
    outward: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a way: what is reached, and by which port."""

    name: str
    port: str


@dataclass(frozen=True)
class Network:
    """The graph of one place. `free` are the groups that let everything out, `entries` the gateways that let calls in."""

    subnets: Mapping[str, Subnet]
    members: Mapping[str, Member]
    rules: tuple[Rule, ...]
    free: frozenset[str]
    entries: frozenset[str]

    def open_subnets(self, member: Member) -> list[str]:
        """The subnets of something that the internet can reach into."""
        return sorted(name for name in member.subnets if self.entries.intersection(self.subnets[name].exits))

    def port_in(self, to: Member, source: Member | None) -> str | None:
        """The port by which something lets a source in (None: the internet); None where it does not.

        What has no security group lets everyone in.
        """
        if not to.groups:
            return "any port"
        return next((rule.port for rule in self.rules_of(to, outward=False) if self.meets(rule.other, source)), None)

    def lets_out(self, source: Member, to: Member | None) -> bool:
        """Do the security groups of something let it call another (None: the internet)?"""
        if not source.groups or source.groups & self.free:
            return True
        return any(self.meets(rule.other, to) for rule in self.rules_of(source, outward=True))

    def rules_of(self, member: Member, *, outward: bool) -> list[Rule]:
        """The rules of something's security groups, in one direction."""
        return [rule for rule in self.rules if rule.outward == outward and rule.group in member.groups]

    def meets(self, other: str, member: Member | None) -> bool:
        """Does a rule's other side (a group, or a block of addresses) mean this member (None: the internet)?"""
        if "/" not in other:
            return member is not None and other in member.groups
        if member is None:
            return is_global(other)
        return any(overlap(other, self.subnets[name].block) for name in member.subnets)

    def from_internet(self) -> dict[str, tuple[Step, ...]]:
        """The shortest way from the internet to everything that there is one to."""
        first: dict[str, tuple[Step, ...]] = {
            member.name: (Step(member.name, port),)
            for member in self.members.values()
            if member.public and self.open_subnets(member) and (port := self.port_in(member, None))
        }
        return self.onward(first)

    def from_member(self, name: str) -> dict[str, tuple[Step, ...]]:
        """The shortest way from something to everything that it may call, by the rules of both ends."""
        return self.onward({name: ()}, obey_source=True)

    def onward(self, ways: dict[str, tuple[Step, ...]], *, obey_source: bool = False) -> dict[str, tuple[Step, ...]]:
        """Ways lengthened as far as they go."""
        found, newest = dict(ways), list(ways)
        while newest:
            source = self.members[newest.pop(0)]
            for to in self.members.values():
                if to.name in found or (obey_source and not self.lets_out(source, to)):
                    continue
                if port := self.port_in(to, source):
                    found[to.name] = (*found[source.name], Step(to.name, port))
                    newest.append(to.name)
        return found

    def without_zone(self, zone: str) -> "Network":
        """What is left when a zone is lost: what stood in it alone is gone."""
        subnets = {name: one for name, one in self.subnets.items() if one.zone != zone}
        members = {
            name: replace(one, subnets=one.subnets & subnets.keys())
            for name, one in self.members.items()
            if one.subnets & subnets.keys()
        }
        return replace(self, subnets=subnets, members=members)


def is_global(block: str) -> bool:
    """Are addresses of the internet in a block? Only what lies within a private range has none."""
    network = ipaddress.ip_network(block, strict=False)
    return not any(overlap(block, one) and network.prefixlen >= int(one.partition("/")[2]) for one in PRIVATE)


def overlap(one: str, other: str) -> bool:
    """Have two blocks addresses in common? What is not known before it stands is taken to have."""
    try:
        first, second = ipaddress.ip_network(one, strict=False), ipaddress.ip_network(other, strict=False)
    except ValueError:
        return True
    return first.version == second.version and first.overlaps(second)
