"""The graph of a place, made from what would stand there."""

import re
from collections.abc import Iterator
from typing import Any

from infra.ground.graph import Member, Network, Rule, Subnet, is_global
from infra.ground.standing import Resource, Standing

MARK = re.compile(r"<([\w-]+\.\w+)(?:\.[\w.]+)?>")
FUNCTIONS = "functions"  # the member that stands for all functions; its place is exported, not a resource
FUNCTION_SUBNETS, FUNCTION_GROUP = "FunctionSubnets", "FunctionSecurityGroup"
GROUP, SUBNET, ROUTE = "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::Route"
ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
ENTRY, NAT = "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"
RULE_TYPES = {"AWS::EC2::SecurityGroupIngress": False, "AWS::EC2::SecurityGroupEgress": True}
# What names subnets or security groups and stands in none of them. A NAT gateway lets nothing in.
STANDS_NOWHERE = {GROUP, SUBNET, ASSOCIATION, NAT, *RULE_TYPES} | {
    "AWS::EC2::FlowLog",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::RDS::DBSubnetGroup",
    "AWS::SSM::Parameter",
}
# What stands where another resource says, named by one of these properties.
BORROWED = {
    "AWS::RDS::DBCluster": ("DBSubnetGroupName",),
    "AWS::RDS::DBInstance": ("DBClusterIdentifier", "DBSubnetGroupName"),
}
EXITS = ("GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "InstanceId", "NetworkInterfaceId")
OTHERS = ("SourceSecurityGroupId", "DestinationSecurityGroupId", "CidrIp", "CidrIpv6")


def network_of(standing: Standing) -> Network:
    """The graph of what would stand in a place."""
    return Network(
        subnets={name: subnet_of(standing, name, one) for name, one in standing.of_type(SUBNET).items()},
        members={member.name: member for member in members_of(standing)},
        rules=tuple(rules_of(standing)),
        free=frozenset(
            name for name, one in standing.of_type(GROUP).items() if "SecurityGroupEgress" not in one["Properties"]
        ),
        entries=frozenset(standing.of_type(ENTRY)),
    )


def marks(value: Any) -> Iterator[str]:
    """The resources that a value refers to, wherever in it."""
    if isinstance(value, str):
        yield from MARK.findall(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from marks(one)
    elif isinstance(value, list):
        for one in value:
            yield from marks(one)


def subnet_of(standing: Standing, name: str, resource: Resource) -> Subnet:
    """A subnet, with the ends of the routes by which its table leads to the internet."""
    tables = {
        table
        for one in standing.of_type(ASSOCIATION).values()
        if name in marks(one["Properties"]["SubnetId"])
        for table in marks(one["Properties"]["RouteTableId"])
    }
    exits = [
        target
        for route in standing.of_type(ROUTE).values()
        if tables.intersection(marks(route["Properties"]["RouteTableId"])) and is_outward(route["Properties"])
        for key in EXITS
        for target in marks(route["Properties"].get(key))
    ]
    properties = resource["Properties"]
    return Subnet(name, properties.get("AvailabilityZone", ""), properties.get("CidrBlock", ""), tuple(exits))


def is_outward(route: Resource) -> bool:
    """Does a route lead to addresses of the internet?"""
    block = str(route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock") or "")
    return "/" in block and is_global(block)


def members_of(standing: Standing) -> Iterator[Member]:
    """Everything that stands in a subnet, the functions first."""
    subnets = frozenset(marks(exported(standing, FUNCTION_SUBNETS)))
    if subnets:
        yield Member(FUNCTIONS, "AWS::Lambda::Function", subnets, frozenset(marks(exported(standing, FUNCTION_GROUP))))
    for name, resource in standing.resources.items():
        if resource["Type"] not in STANDS_NOWHERE:
            near = named_by(standing, resource)
            if subnets := frozenset(one for one in near if standing.resources.get(one, {}).get("Type") == SUBNET):
                groups = frozenset(one for one in near if standing.resources.get(one, {}).get("Type") == GROUP)
                yield Member(name, resource["Type"], subnets, groups, is_public(standing, resource, subnets))


def exported(standing: Standing, name: str) -> Any:
    """The value of an export of this stage, "" where there is none."""
    return standing.exports.get(f"tis-{standing.place.stage}-{name}", "")


def named_by(standing: Standing, resource: Resource) -> set[str]:
    """The resources that something names, and those that what it borrows its place from names."""
    found = set(marks(resource["Properties"]))
    for key in BORROWED.get(resource["Type"], ()):
        for lender in marks(resource["Properties"].get(key)):
            if lender in standing.resources:
                found |= named_by(standing, standing.resources[lender])
    return found


def is_public(standing: Standing, resource: Resource, subnets: frozenset[str]) -> bool:
    """Has it an address that the internet knows? A load balancer has unless it is internal."""
    properties = resource["Properties"]
    if resource["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer":
        return bool(properties.get("Scheme") != "internal")
    given = resource["Type"] == "AWS::EC2::Instance" and any(
        standing.resources[name]["Properties"].get("MapPublicIpOnLaunch") for name in subnets
    )
    asked = any(one.get("AssociatePublicIpAddress") for one in properties.get("NetworkInterfaces", ()))
    return bool(properties.get("PubliclyAccessible") or given or asked)


def rules_of(standing: Standing) -> Iterator[Rule]:
    """The rules of all security groups, those within them and those beside them."""
    for name, group in standing.of_type(GROUP).items():
        for key, outward in (("SecurityGroupIngress", False), ("SecurityGroupEgress", True)):
            for rule in group["Properties"].get(key, ()):
                yield from rule_of(name, rule, outward=outward)
    for kind, outward in RULE_TYPES.items():
        for resource in standing.of_type(kind).values():
            for group_name in marks(resource["Properties"].get("GroupId")):
                yield from rule_of(group_name, resource["Properties"], outward=outward)


def rule_of(group: str, properties: Resource, *, outward: bool) -> Iterator[Rule]:
    """A rule as CloudFormation writes it, once for each other side that it names."""
    low, high = properties.get("FromPort"), properties.get("ToPort")
    port = str(properties.get("IpProtocol", ""))
    if low is not None:
        port = f"{port} {low}" if low == high else f"{port} {low}-{high}"
    for key in OTHERS:
        for other in (properties[key],) if key in properties else ():
            yield Rule(group, next(marks(other), other), "any port" if port == "-1" else port, outward)
