"""When schedules are due."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.aws.sources.schedule_times import BadSchedule, due_of

START = datetime(2026, 2, 1, tzinfo=UTC)  # a Sunday


def times(expression: str, days: int) -> list[str]:
    """All minutes of some days at which an expression is due."""
    due, found = due_of(expression, START), []
    for minute in range(days * 24 * 60):
        before = START + timedelta(minutes=minute)
        if due(before, before + timedelta(minutes=1)):
            found.append(f"{before + timedelta(minutes=1):%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "days", "expected"),
    [
        ("rate(12 hours)", 1, ["01 12:00", "02 00:00"]),
        ("rate(1 day)", 2, ["02 00:00", "03 00:00"]),
        ("cron(15 10 * * ? *)", 2, ["01 10:15", "02 10:15"]),
        ("cron(0 18 ? * MON-FRI *)", 7, ["02 18:00", "03 18:00", "04 18:00", "05 18:00", "06 18:00"]),
        ("cron(0/20 8-9 ? * 2 *)", 7, ["02 08:00", "02 08:20", "02 08:40", "02 09:00", "02 09:20", "02 09:40"]),
        ("cron(0 6 L * ? *)", 28, ["28 06:00"]),
        ("cron(0 6 1W * ? *)", 27, ["02 06:00"]),
        ("cron(0 6 ? * 6L *)", 27, ["27 06:00"]),
        ("cron(0 6 ? FEB 2#3 2026)", 27, ["16 06:00"]),
        ("cron(0 6 1,3 * ? *)", 5, ["01 06:00", "03 06:00"]),
        ("cron(0 6 ? MAR * *)", 5, []),
        ("at(2026-02-02T09:00:00)", 5, ["02 09:00"]),
    ],
)
def test_schedule_is_due_at_its_times(expression: str, days: int, expected: list[str]) -> None:
    assert times(expression, days) == expected


def test_times_that_passed_between_two_looks_are_due_once() -> None:
    due = due_of("rate(1 minute)", START)
    assert due(START, START + timedelta(hours=1))
    assert not due(START + timedelta(seconds=61), START + timedelta(seconds=119))


@pytest.mark.parametrize(
    "expression",
    ["", "rate(0 minutes)", "rate(5)", "cron(* * * *)", "cron(61 * * * ? *)", "cron(a * * * ? *)", "at(x)"],
)
def test_what_is_no_schedule_is_told(expression: str) -> None:
    with pytest.raises(BadSchedule):
        due_of(expression, START)
