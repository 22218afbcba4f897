"""When a schedule of EventBridge's is due: `rate(5 minutes)`, `cron(0 18 ? * MON-FRI *)`, `at(2026-12-01T09:00:00)`. Pure."""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
AT = re.compile(r"at\(([\dT:-]+)\)")
SATURDAY, SUNDAY = 5, 6  # as datetime counts

Due = Callable[[datetime, datetime], bool]  # after the first and up to the second, is there a time?


class BadSchedule(Exception):
    """The expression is none; the message says so."""


@dataclass(frozen=True)
class Field:
    """A field of a cron expression: its bounds, and the names that numbers have."""

    least: int
    most: int
    names: dict[str, int]

    def numbers(self, text: str) -> frozenset[int]:
        """The numbers that a text means. Raises ValueError."""
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def _part(self, part: str) -> Iterator[int]:
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            first, last = self.least, self.most
        else:
            start, dash, end = span.partition("-")
            first = self._number(start)
            last = self._number(end) if dash else (self.most if step else first)
        yield from range(first, last + 1, int(step or 1))

    def _number(self, text: str) -> int:
        number = self.names.get(text.upper()) or int(text)
        if not self.least <= number <= self.most:
            raise ValueError(text)
        return number


MINUTE, HOUR = Field(0, 59, {}), Field(0, 23, {})
DAY, MONTH, WEEKDAY, YEAR = Field(1, 31, {}), Field(1, 12, MONTHS), Field(1, 7, DAYS), Field(1970, 2199, {})


def due_of(expression: str, since: datetime) -> Due:
    """When an expression is due, for a schedule that was made at `since`. Raises BadSchedule."""
    try:
        if found := RATE.fullmatch(expression):
            return rate_due(int(found[1]) * UNITS[found[2]], since)
        if found := CRON.fullmatch(expression):
            return cron_due(found.groups())
        if found := AT.fullmatch(expression):
            moment = datetime.fromisoformat(found[1]).replace(tzinfo=since.tzinfo)
            return lambda after, until: after < moment <= until
    except ValueError as error:
        raise BadSchedule(f"{expression!r} holds what no schedule can: {error}.") from error
    raise BadSchedule(f"{expression!r} is no rate(…), cron(…) or at(…).")


def rate_due(period: timedelta, since: datetime) -> Due:
    """Due one period after the schedule was made, and so on."""
    if not period:
        raise ValueError("0")
    return lambda after, until: (after - since) // period < (until - since) // period


def cron_due(fields: Sequence[str]) -> Due:
    """Due at each minute that all six fields fit."""
    minute, hour, day, month, weekday, year = fields
    minutes, hours, months, years = (
        field.numbers(text) for field, text in ((MINUTE, minute), (HOUR, hour), (MONTH, month), (YEAR, year))
    )
    is_day = day_fits(day)
    is_weekday = weekday_fits(weekday)

    def fits(moment: datetime) -> bool:
        return (
            moment.minute in minutes
            and moment.hour in hours
            and moment.month in months
            and moment.year in years
            and is_day(moment)
            and is_weekday(moment)
        )

    def due(after: datetime, until: datetime) -> bool:
        moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while moment <= until:
            if fits(moment):
                return True
            moment += timedelta(minutes=1)
        return False

    return due


def day_fits(text: str) -> Callable[[datetime], bool]:
    """The day of the month: numbers, `L` for the last, `15W` for the working day nearest to it."""
    if text == "L":
        return lambda moment: moment.day == days_in(moment)
    if text.endswith("W"):
        wanted = int(text[:-1])
        return lambda moment: moment.day == working_day(moment, wanted)
    numbers = DAY.numbers(text)
    return lambda moment: moment.day in numbers


def weekday_fits(text: str) -> Callable[[datetime], bool]:
    """The day of the week: numbers from Sunday on or names, `6L` for the last of a month, `2#1` for its first Monday."""
    if text.endswith("L") and len(text) > 1:
        (last,) = WEEKDAY.numbers(text[:-1])
        return lambda moment: weekday_of(moment) == last and moment.day > days_in(moment) - 7
    if "#" in text:
        name, _, number = text.partition("#")
        (wanted,) = WEEKDAY.numbers(name)
        return lambda moment: weekday_of(moment) == wanted and (moment.day - 1) // 7 + 1 == int(number)
    numbers = WEEKDAY.numbers("SAT" if text == "L" else text)
    return lambda moment: weekday_of(moment) in numbers


def weekday_of(moment: datetime) -> int:
    """1 for Sunday to 7 for Saturday."""
    return moment.isoweekday() % 7 + 1


def days_in(moment: datetime) -> int:
    """The days of a month."""
    return calendar.monthrange(moment.year, moment.month)[1]


def working_day(moment: datetime, wanted: int) -> int:
    """The working day of the month that is nearest to a day of it."""
    last = days_in(moment)
    wanted = min(wanted, last)
    weekday = moment.replace(day=wanted).weekday()
    if weekday == SATURDAY:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == SUNDAY:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted
