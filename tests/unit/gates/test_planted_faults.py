"""Each fault planted in the real templates has exactly its own rules fire, and the templates as they are have none."""

from dataclasses import replace
from typing import Any

import pytest

from infra.gates.gates import GATES, find_faults
from infra.gates.regions import break_regions
from infra.ground.standing import Ground
from tests.unit.gates.planting import GONE, with_changed, with_resources, without_outputs

FAST = [name for name in GATES if name not in ("lint", "checkov")]
SLOW = ("lint", "checkov")
INTERNET = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 5671, "ToPort": 5671}
WORLD_TO_BROKER = {
    "Type": "AWS::EC2::SecurityGroupIngress",
    "Properties": {"GroupId": {"Ref": "BrokerGroup"}, **INTERNET},
}
Fired = set[tuple[str, str, str]]  # gate, rule, resource

CHANGED: dict[str, tuple[dict[str, Any], Fired]] = {
    "a public database": (
        {"data.Writer.Properties.PubliclyAccessible": True},
        {("guard", "database_not_public", "Writer")},
    ),
    "a database that says nothing of being public": (
        {"data.Reader.Properties.PubliclyAccessible": GONE},
        {("guard", "database_not_public", "Reader")},
    ),
    "an unencrypted database": (
        {"data.Cluster.Properties.StorageEncrypted": False},
        {("guard", "database_encrypted", "Cluster")},
    ),
    "a database that one update deletes": (
        {"data.Cluster.Properties.DeletionProtection": False},
        {("guard", "database_kept", "Cluster")},
    ),
    "a database without passwords to TLS": (
        {"data.Settings.Properties.Parameters.require_secure_transport": "OFF"},
        {("guard", "database_speaks_tls", "Settings")},
    ),
    "a table that cannot be restored": (
        {"tables.Routes.Properties.Replicas.0.PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}},
        {("guard", "global_table_kept", "Routes")},
    ),
    "a public broker": (
        {"messaging.Broker.Properties.PubliclyAccessible": True},
        {("guard", "broker_not_public", "Broker")},
    ),
    "an index outside the network": (
        {"search.Index.Properties.VPCOptions": GONE},
        {("guard", "index_in_network", "Index"), ("losses", "need_missing", "Index")},
    ),
    "an index whose nodes talk in plain text": (
        {"search.Index.Properties.NodeToNodeEncryptionOptions.Enabled": False},
        {("guard", "index_encrypted", "Index")},
    ),
    "a wildcard role": (
        {"proxy.Role.Properties.Policies.0.PolicyDocument.Statement.0.Action": "rds-db:*"},
        {("guard", "role_without_wildcard", "Role")},
    ),
    "a role for everything": (
        {"proxy.Role.Properties.Policies.0.PolicyDocument.Statement.0.Resource": "*"},
        {("guard", "role_without_all_resources", "Role")},
    ),
    "a role of an administrator": (
        {"data.MonitoringRole.Properties.ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
        {("guard", "role_without_broad_policy", "MonitoringRole")},
    ),
    "a role that anyone takes": (
        {"proxy.Role.Properties.AssumeRolePolicyDocument.Statement.0.Principal": {"AWS": "*"}},
        {("guard", "role_trusts_someone", "Role")},
    ),
    "an alarm without action": (
        {"alarms.CallsFail.Properties.AlarmActions": []},
        {("guard", "alarm_has_action", "CallsFail")},
    ),
    "an alarm that is switched off": (
        {"alarms.CallsFail.Properties.ActionsEnabled": False},
        {("guard", "alarm_has_action", "CallsFail")},
    ),
    "a NAT without a fixed address": (
        {"network.NatGatewayB.Properties.AllocationId": GONE},
        {
            ("guard", "nat_has_fixed_address", "NatGatewayB"),
            ("ways-out", "no_fixed_address", "NatGatewayB"),
            ("partners", "no_such_output", "192.0.2.11"),
            ("partners", "no_such_output", "198.51.100.11"),
            ("partners", "no_such_output", "203.0.113.11"),
        },
    ),
    "an address that is given back": (
        {"network.NatAddressA.DeletionPolicy": "Delete"},
        {("guard", "address_kept", "NatAddressA")},
    ),
    "functions that leave by the internet gateway": (
        {
            "network.PrivateWayOutA.Properties.NatGatewayId": GONE,
            "network.PrivateWayOutA.Properties.GatewayId": {"Ref": "InternetGateway"},
        },
        {("ways-out", "leaves_unfixed", "PrivateSubnetA"), ("ways-out", "no_way_out", "PrivateSubnetA")},
    ),
    "functions that leave by another zone": (
        {"network.PrivateWayOutA.Properties.NatGatewayId": {"Ref": "NatGatewayB"}},
        {("losses", "way_out_elsewhere", "PrivateSubnetA")},
    ),
    "a data subnet that the internet reaches into": (
        {
            "network.DataRoutes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "network.DataWayOut": {
                "Type": "AWS::EC2::Route",
                "Properties": {
                    "RouteTableId": {"Ref": "DataRoutes"},
                    "DestinationCidrBlock": "0.0.0.0/0",
                    "GatewayId": {"Ref": "InternetGateway"},
                },
            },
        },
        {
            ("reach", "stands_in_public_subnet", name)
            for name in ("Cluster", "Writer", "Standby", "Reader", "Proxy", "ReadOnly", "Broker", "Index")
        },
    ),
    "a broker of one zone": (
        {"messaging.Broker.Properties.DeploymentMode": "SINGLE_INSTANCE"},
        {("losses", "goes_with_a_zone", "Broker")},
    ),
    "an index without masters": (
        {"search.Index.Properties.ClusterConfig.DedicatedMasterEnabled": False},
        {("losses", "goes_with_a_zone", "Index")},
    ),
    "a database of one instance": (
        {"data.Standby": GONE, "data.Reader": GONE},
        {("losses", "goes_with_a_zone", "Cluster")},
    ),
    "a proxy that lets no function in": (
        {"groups.ProxyFromFunctions": GONE},
        {("losses", "need_unreached", name) for name in ("Proxy", "Cluster")},
    ),
    "a second region without a broker": (
        {
            "messaging.Conditions.IsLondon": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-2"]},
            "messaging.Broker.Condition": "IsLondon",
        },
        {
            ("losses", "need_missing", ""),
            ("regions", "not_in_second_region", "Broker"),
        },
    ),
    "regions with a database each": (
        {"data.Cluster.Properties.GlobalClusterIdentifier": GONE},
        {("regions", "not_one_database", "Cluster")},
    ),
    "a table of one region": (
        {"tables.Routes.Properties.Replicas.1": GONE},
        {("regions", "table_in_one_region", "Routes")},
    ),
    "a name that leads to one region": (
        {"edge.Record.Properties.Failover": GONE},
        {("regions", "no_failover", "Record")},
    ),
    "an import of nothing": (
        {"proxy.Proxy.Properties.VpcSecurityGroupIds": [{"Fn::ImportValue": {"Fn::Sub": "tis-${Stage}-ProxyGruop"}}]},
        {("links", "not_exported", "Proxy")},
    ),
}
ADDED: dict[str, tuple[str, dict[str, Any], Fired]] = {
    "a queue without dead letters": (
        "alarms",
        {"Lost": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": "alias/tis-prod-message"}}},
        {("guard", "queue_has_dead_letter", "Lost")},
    ),
    "an unencrypted volume": (
        "network",
        {"Disk": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 8, "AvailabilityZone": "eu-west-2a"}}},
        {("guard", "volume_encrypted", "Disk")},
    ),
    "an open security group": (
        "groups",
        {"Open": WORLD_TO_BROKER},
        {("guard", "ingress_not_open", "Open")},
    ),
    "a public bucket": (
        "keys",
        {
            "Shown": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "VersioningConfiguration": {"Status": "Enabled"},
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [
                            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
                        ]
                    },
                },
            }
        },
        {("guard", "bucket_not_public", "Shown")},
    ),
}


def fired(ground: Ground, gates: list[str] = FAST) -> Fired:
    return {
        (finding.gate, finding.rule, finding.resource)
        for finding in find_faults(ground, [name for name in GATES if name not in gates])
    }


def test_the_ground_as_it_is_passes_every_gate_but_checkov(ground: Ground) -> None:
    assert find_faults(ground, ["checkov"]) == []


@pytest.mark.parametrize("fault", CHANGED)
def test_fault_is_found(ground: Ground, fault: str) -> None:
    changes, expected = CHANGED[fault]
    assert fired(with_changed(ground, changes)) == expected


@pytest.mark.parametrize("fault", ADDED)
def test_added_fault_is_found(ground: Ground, fault: str) -> None:
    template, resources, expected = ADDED[fault]
    assert fired(with_resources(ground, template, resources)) == expected


def balancer_on_the_internet(ground: Ground) -> Ground:
    """A way of three steps, each of which its own rule would let pass with a reason."""
    opened = with_resources(
        ground,
        "groups",
        {
            "FrontGroup": {
                "Type": "AWS::EC2::SecurityGroup",
                "Metadata": {"guard": {"skip": [{"id": "group_not_open", "comment": "A shop window."}]}},
                "Properties": {
                    "GroupDescription": "A shop window",
                    "VpcId": {"Fn::ImportValue": {"Fn::Sub": "tis-${Stage}-VpcId"}},
                    "SecurityGroupIngress": [INTERNET],
                },
            },
            "BrokerFromFront": {
                "Type": "AWS::EC2::SecurityGroupIngress",
                "Properties": {
                    "GroupId": {"Ref": "BrokerGroup"},
                    "SourceSecurityGroupId": {"Ref": "FrontGroup"},
                    "IpProtocol": "tcp",
                    "FromPort": 5671,
                    "ToPort": 5671,
                },
            },
        },
    )
    opened.templates["groups"]["Outputs"]["FrontGroup"] = {
        "Value": {"Ref": "FrontGroup"},
        "Export": {"Name": {"Fn::Sub": "tis-${Stage}-FrontGroup"}},
    }
    return with_resources(
        opened,
        "network",
        {
            "Front": {
                "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "Metadata": {"guard": {"skip": [{"id": "balancer_internal", "comment": "A shop window."}]}},
                "Properties": {
                    "Scheme": "internet-facing",
                    "Subnets": [{"Ref": "PublicSubnetA"}],
                    "SecurityGroups": [{"Fn::ImportValue": {"Fn::Sub": "tis-${Stage}-FrontGroup"}}],
                },
            }
        },
    )


def test_way_from_the_internet_to_the_broker_is_found_though_each_step_is_excused(ground: Ground) -> None:
    planted = balancer_on_the_internet(ground)
    reached = [one for one in find_faults(planted, SLOW) if one.gate == "reach"]
    assert [(one.rule, one.resource) for one in reached] == [("reached_from_internet", "Broker")]
    assert "internet -> network.Front (tcp 5671) -> messaging.Broker (tcp 5671)" in reached[0].why


def test_address_that_no_output_tells_is_found(ground: Ground) -> None:
    assert {
        ("ways-out", "address_not_told", "NatGatewayC"),
        ("partners", "no_such_output", "198.51.100.12"),
        ("partners", "no_such_output", "203.0.113.12"),
    } <= fired(without_outputs(ground, "network", "NatAddressC"))


def test_stage_without_its_second_region_is_found(ground: Ground) -> None:
    first = {place: values for place, values in ground.parameters.items() if str(place) != "prod.eu-west-1"}
    found = list(break_regions(replace(ground, parameters=first)))
    assert [(one.rule, one.file) for one in found] == [
        ("no_second_region", "infra/templates/parameters/prod.eu-west-1.json")
    ]
