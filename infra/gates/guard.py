"""The guard gate: our own rules (rules/*.guard) on what would stand in each place, one resource at a time."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from infra.gates.findings import Finding, GateError
from infra.ground.standing import Ground, Resource

GATE = "guard"
RULES = Path(__file__).with_name("rules")
READ_ON = "  <<\n"


def break_rules(ground: Ground) -> Iterator[Finding]:
    """What breaks a rule of ours in any place; one finding where it does so in several."""
    told: set[Finding] = set()
    for standing in ground.standings.values():
        for name, resource in standing.resources.items():
            for finding in judge(ground.file(name), name.partition(".")[2], resource):
                if finding not in told:
                    told.add(finding)
                    yield finding


def judge(file: str, logical: str, resource: Resource) -> list[Finding]:
    """The rules that one resource breaks.

    One resource and one file of rules at a time: of a report longer than 8 KiB the library gives only the end. Should that
    happen all the same, there is one finding for the whole file of rules.
    """
    known = json.dumps({"Resources": {logical: resource}}, sort_keys=True)
    return [
        Finding(GATE, file, logical, rule, why, mend)
        for text in rule_files()
        for rule, why, mend in broken(text, known)
    ]


@cache
def rule_files() -> tuple[str, ...]:
    """The rules, file by file."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.guard")))


@cache
def checker() -> Callable[[str, str, bool], str]:
    """cfn-guard's own function: the library's Python face cannot read reports with an `or` in them. Raises GateError."""
    try:
        from cfn_guard_rs.cfn_guard_rs import run_checks_rs  # noqa: PLC0415 - not everywhere: see below
    except ImportError as error:
        raise GateError(
            "cfn-guard-rs is not installed: above Python 3.11 it is built by Rust. Install cargo, remove .venv and `make`"
            " again, or leave this gate out: `tis check --skip guard`."
        ) from error
    found: Callable[[str, str, bool], str] = run_checks_rs
    return found


@cache
def broken(rules: str, resource: str) -> tuple[tuple[str, str, str], ...]:
    """(rule, why, mend) for each rule that a resource breaks."""
    try:
        report = json.loads(checker()(resource, rules, False))
    except json.JSONDecodeError:
        first = rules.splitlines()[0].removeprefix("# ")
        return (
            (
                "many_rules",
                f"It breaks more rules than can be told at once. {first}",
                "Mend what is told, check again.",
            ),
        )
    found = []
    for clause in report["not_compliant"]:
        rule = clause["Rule"]
        said = [message for message in messages(rule["checks"]) if message]
        for why, mend in dict.fromkeys(said) or [
            (f"The rule {rule['name']} does not hold.", "Read it in infra/gates/rules.")
        ]:
            found.append((rule["name"], why, mend))
    return tuple(found)


def messages(report: Any) -> Iterator[tuple[str, str]]:
    """The messages that rules carry for people, two lines each, wherever in a report they stand."""
    if isinstance(report, dict):
        lines = [line.strip() for line in (report.get("custom_message") or "").strip().splitlines()]
        if lines:
            yield lines[0], " ".join(lines[1:])
        for part in report.values():
            yield from messages(part)
    elif isinstance(report, list):
        for part in report:
            yield from messages(part)
