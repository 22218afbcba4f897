import pytest

from infra.ground.graph import Member, Network, Rule, Subnet, is_global, overlap

SUBNETS = {
    "front": Subnet("front", "a", "10.0.0.0/24", ("gateway",)),
    "back-a": Subnet("back-a", "a", "10.0.1.0/24", ()),
    "back-b": Subnet("back-b", "b", "10.0.2.0/24", ()),
}


def member(name: str, *subnets: str, public: bool = False) -> Member:
    return Member(name, "AWS::X::Y", frozenset(subnets), frozenset({f"{name}-group"}), public)


def network(*rules: Rule, public: bool = True, free: frozenset[str] = frozenset()) -> Network:
    members = (member("web", "front", public=public), member("app", "back-a"), member("store", "back-a", "back-b"))
    return Network(SUBNETS, {one.name: one for one in members}, rules, free, frozenset({"gateway"}))


WEB = Rule("web-group", "0.0.0.0/0", "tcp 443")
APP = Rule("app-group", "web-group", "tcp 80")
STORE = Rule("store-group", "app-group", "tcp 3306")


def shown(network: Network) -> dict[str, list[str]]:
    return {name: [step.name for step in way] for name, way in network.from_internet().items()}


def test_way_from_the_internet_goes_from_group_to_group() -> None:
    assert shown(network(WEB, APP, STORE))["store"] == ["web", "app", "store"]


@pytest.mark.parametrize("missing", [WEB, APP, STORE])
def test_way_ends_where_a_rule_is_missing(missing: Rule) -> None:
    assert "store" not in shown(network(*(rule for rule in (WEB, APP, STORE) if rule != missing)))


def test_what_has_no_public_address_is_not_reached() -> None:
    assert shown(network(WEB, APP, STORE, public=False)) == {}


def test_block_of_addresses_admits_who_stands_in_it() -> None:
    assert shown(network(WEB, Rule("store-group", "10.0.0.0/25", "tcp 22")))["store"] == ["web", "store"]
    assert "store" not in shown(network(WEB, Rule("store-group", "10.0.3.0/24", "tcp 22")))


def test_functions_reach_what_both_ends_allow() -> None:
    out = Rule("app-group", "store-group", "tcp 3306", outward=True)
    assert "store" in network(STORE, out).from_member("app")
    assert "store" not in network(STORE).from_member("app")
    assert "store" in network(STORE, free=frozenset({"app-group"})).from_member("app")


def test_lost_zone_takes_what_stands_in_it_alone() -> None:
    left = network().without_zone("a")
    assert sorted(left.members) == ["store"]
    assert left.members["store"].subnets == {"back-b"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("8.8.8.0/24", True),
        ("0.0.0.0/1", True),
        ("10.0.0.0/8", False),
        ("10.1.0.0/16", False),
        ("127.0.0.1/32", False),
    ],
)
def test_block_of_the_internet(block: str, expected: bool) -> None:
    assert is_global(block) == expected


def test_blocks_of_two_versions_have_nothing_in_common() -> None:
    assert not overlap("10.0.0.0/8", "::/0")
    assert overlap("<parameter.Block>", "10.0.0.0/8")
