"""Route files: every fault is a sentence that names its place; what is right is read."""

from pathlib import Path
from typing import Any

import pytest

from infra.routing import RoutesError, State, UnsafeMove, plan_stage, read_files
from infra.routing.finding import find
from infra.routing.moves import find_route, merged, moved, with_moves

HEAD = """
[service]
name = "reference"
contexts = ["/reference"]
upstream = "reference"
journey = "reference"
"""
OTHER = HEAD.replace("reference", "other")


def read(folder: Path, **files: str) -> dict[str, Any]:
    """The routes of some files, by name."""
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return dict(read_files(folder))


def fault(folder: Path, **files: str) -> str:
    """The sentences about some files."""
    with pytest.raises(RoutesError) as told:
        read(folder, **files)
    return str(told.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"GET /reference/api/x" = "lagacy"', ["reference.toml", '"GET /reference/api/x"', "lagacy", "canary"]),
        ('"GET /reference/api/x" = { stage = "canary" }', ["permyriad"]),
        ('"GET /reference/api/x" = { stage = "live", permyriad = 5 }', ["permyriad belongs to the stage canary"]),
        ('"GET /reference/api/x" = { stage = "canary", permyriad = 10001 }', ["from 0 to 10000", "10001"]),
        ('"GET /reference/api/x" = { stage = "canary", permyriad = true }', ["from 0 to 10000"]),
        ('"GET /reference/api/x" = { stage = "live", safe = "yes" }', ["safe must be true or false"]),
        ('"GET /reference/api/x" = { stage = "live", deadline = 40 }', ["deadline", "28"]),
        ('"GET /reference/api/x" = { stage = "live", dedline = 4 }', ["dedline is not known"]),
        ('"GET /reference/api/x" = { safe = true }', ["lacks a stage"]),
        ('"GET /reference/api/x" = 1', ["must be a stage, or a table"]),
        ('"FETCH /reference/api/x" = "live"', ["METHOD", "FETCH"]),
        ('"GET reference/api/x" = "live"', ["is not of the form"]),
        ('"GET /reference/api/{x:.+}" = "live"', ["is not of the form"]),
        ('"GET /elsewhere/api/x" = "live"', ["not below /reference"]),
        ('"GET /reference/api/x" = "live"\n"GET /reference/api/x" = "live"', ["reference.toml", "twice"]),
        ('"GET /reference/api/{a}" = "live"\n"GET /reference/api/{b}" = "live"', ["{a}", "{b}", "same route"]),
        ('"GET /reference/api/x" = { stage = "live", rules = [{ side = "north", client = "x" }] }', ["side"]),
        ('"GET /reference/api/x" = { stage = "live", rules = [{ side = "old" }] }', ["one test or more"]),
        ('"GET /reference/api/x" = { stage = "live", rules = [{ side = "old", ip = "x" }] }', ["not at ip"]),
        ('"GET /reference/api/x" = { stage = "live", rules = [{ side = "old", header = { a = 1 } }] }', ["header"]),
        ('"GET /reference/api/x" = { stage = "retired", rules = [{ side = "old", client = "x" }] }', ["retired"]),
        ('"GET /reference/api/x" = [', ["reference.toml is not TOML"]),
    ],
)
def test_fault_in_a_route_is_told(tmp_path: Path, line: str, words: list[str]) -> None:
    told = fault(tmp_path, reference=f"{HEAD}[routes]\n{line}\n")
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "reference"', 'name = "other"', ["'reference'", "'other'"]),
        ('name = "reference"\n', "", ["lacks name"]),
        ('["/reference"]', '["/a/b"]', ["contexts"]),
        ('upstream = "reference"', 'upstream = "legacy"', ["cannot be legacy"]),
        ('journey = "reference"', 'journey = "reference"\ncolour = 1', ["colour is not known"]),
        ("[service]", "[servis]", ["[service] and [routes]"]),
    ],
)
def test_fault_in_a_head_is_told(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    told = fault(tmp_path, reference=f"{HEAD.replace(old, new, 1)}[routes]\n")
    assert [word for word in words if word not in told] == []


ISSUERS_HEAD = '[service]\nname = "issuers"\ncontexts = ["/issuers"]\njourney = "issuers"\n'
LINE = '"TOKEN /issuers/cognito" = "live"'


@pytest.mark.parametrize("stage", ["legacy", "shadow", "live", "retired"])
def test_issuers_have_every_stage_without_an_upstream(tmp_path: Path, stage: str) -> None:
    specs = read(tmp_path, issuers=f"{ISSUERS_HEAD}[routes]\n{LINE.replace('live', stage)}\n")
    assert specs["issuers"]["routes"] == {"TOKEN /issuers/cognito": stage}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ISSUERS_HEAD}[routes]\n", ["must hold one line"]),
        (f"{ISSUERS_HEAD}[routes]\n{LINE}\n{LINE.replace('cognito', 'other')}\n", ["must hold one line"]),
        (f'{ISSUERS_HEAD}[routes]\n"GET /issuers/cognito" = "live"\n', ["of the form", "TOKEN"]),
        (f'{ISSUERS_HEAD}[routes]\n"TOKEN /issuers/a/b" = "live"\n', ["of the form", "TOKEN"]),
        (f'{ISSUERS_HEAD}[routes]\n"TOKEN /elsewhere/a" = "live"\n', ["not below /issuers"]),
        (f'{ISSUERS_HEAD}[routes]\n"TOKEN /issuers/a" = {{ stage = "live", safe = true }}\n', ["safe is not known"]),
        (f'{ISSUERS_HEAD}[routes]\n"TOKEN /issuers/a" = {{ stage = "live", rules = [] }}\n', ["rules is not known"]),
        (f'{ISSUERS_HEAD}[routes]\n"TOKEN /issuers/a" = {{ stage = "canary" }}\n', ["permyriad"]),
        (f'{ISSUERS_HEAD}upstream = "x"\n[routes]\n{LINE}\n', ["upstream is not known"]),
    ],
)
def test_fault_in_the_issuers_line_is_told(tmp_path: Path, text: str, words: list[str]) -> None:
    told = fault(tmp_path, issuers=text)
    assert [word for word in ("issuers.toml", *words) if word not in told] == []


def test_no_service_has_a_line_of_the_issuers(tmp_path: Path) -> None:
    assert "METHOD one of" in fault(tmp_path, reference=f'{HEAD}[routes]\n"TOKEN /reference/x" = "live"\n')


@pytest.mark.parametrize(
    ("terms", "note"),
    [
        ("legacy", "the tokens of the old issuer count"),
        ("retired", "the tokens of the new issuer count"),
        ({"stage": "canary", "permyriad": 50}, "the new one's for 0.5 % of the users"),
    ],
)
def test_find_tells_whose_tokens_count(terms: Any, note: str) -> None:
    spec = {
        "service": {"name": "issuers", "contexts": ["/issuers"], "journey": "x"},
        "routes": {"TOKEN /issuers/cognito": terms},
    }
    (found,) = find(State(specs={"issuers": spec}), "/issuers/cognito")
    assert note in found.note


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = fault(
        tmp_path, reference=f'{HEAD}[routes]\n"GET /reference/a" = "x"\n', other=f'{OTHER}[routes]\n"GET /x" = "y"\n'
    )
    assert ("reference.toml" in told, "other.toml" in told) == (True, True)


def test_folder_without_files_is_told(tmp_path: Path) -> None:
    assert "no route files" in fault(tmp_path)


@pytest.fixture
def state(tmp_path: Path) -> State:
    """Two services, of which one has no upstream."""
    routes = '"GET /reference/api/sites" = "legacy"\n"POST /reference/api/sites/exists/" = { stage = "legacy", safe = true }\n'
    bare = OTHER.replace('upstream = "other"\n', "")
    specs = read(
        tmp_path, reference=f"{HEAD}[routes]\n{routes}", other=f'{bare}[routes]\n"GET /other/api/{{id}}" = "legacy"\n'
    )
    return State(specs=specs, filed=specs)


def test_service_moves_whole(state: State) -> None:
    planned = plan_stage(state, "canary", 500, service="reference")
    assert [move.after for move in planned] == [
        {"stage": "canary", "permyriad": 500},
        {"stage": "canary", "safe": True, "permyriad": 500},
    ]
    after = with_moves(state, planned)
    assert plan_stage(after, "canary", 500, service="reference") == []
    back = plan_stage(after, "legacy", None, service="reference")
    assert with_moves(after, back).specs == state.specs


def test_route_is_found_by_any_parameter_name(state: State) -> None:
    assert find_route(state, "get /other/api/{whatever}") == ("other", "GET /other/api/{id}")
    with pytest.raises(RoutesError, match=r"Did you mean .*GET /reference/api/sites"):
        find_route(state, "GET /reference/api/site")


@pytest.mark.parametrize("stage", ["canary", "live", "retired"])
def test_service_without_upstream_stays_where_it_is(state: State, stage: str) -> None:
    with pytest.raises(UnsafeMove, match="other has no service yet"):
        plan_stage(state, stage, 1 if stage == "canary" else None, route="GET /other/api/{id}")
    assert plan_stage(state, "shadow", None, service="other")


def test_unknown_service_is_told(state: State) -> None:
    with pytest.raises(RoutesError, match="there are: other, reference"):
        plan_stage(state, "live", None, service="refrence")


@pytest.mark.parametrize(
    ("terms", "stage", "expected"),
    [
        ("legacy", "live", "live"),
        ({"stage": "canary", "permyriad": 5}, "live", "live"),
        ({"stage": "canary", "permyriad": 5, "safe": True}, "legacy", {"stage": "legacy", "safe": True}),
    ],
)
def test_move_keeps_what_else_stands_there(terms: Any, stage: str, expected: Any) -> None:
    assert moved(terms, stage, None) == expected


def test_publishing_keeps_what_was_moved_by_hand_until_its_line_changes() -> None:
    def spec(**routes: Any) -> dict[str, Any]:
        return {"service": {}, "routes": routes}

    filed, current = spec(a="legacy", b="legacy", gone="legacy"), spec(a="live", b="live", gone="live")
    assert merged(spec(a="legacy", b="shadow", new="legacy"), filed, current)["routes"] == {
        "a": "live",
        "b": "shadow",
        "new": "legacy",
    }


def test_find_tells_what_answers(state: State) -> None:
    (found,) = find(state, "https://tis.example/reference/api/sites?page=1")
    assert (found.route, found.stage, found.upstream) == ("GET /reference/api/sites", "legacy", "legacy")
    with pytest.raises(RoutesError, match="goes to legacy"):
        find(state, "/reference/nowhere")
