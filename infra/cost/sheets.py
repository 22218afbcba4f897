"""The report as sheets: a title, columns, rows of texts. The command shows them as tables, docs/cost.md holds them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from infra.cost.bill import Bill
from infra.cost.report import Report, owners
from infra.cost.stages import COLUMNS, MILLION
from infra.cost.uses import STRANGLER

THOUSAND = 1000


class Sheet(NamedTuple):
    """A table: the first columns are texts, the last `numbers` ones figures. The last row may be a sum."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int
    has_sum: bool = False


def sheets(report: Report, *, lines: bool = False) -> Iterator[Sheet]:
    """All sheets of a report that have rows; `lines`: the single lines of the bill too."""
    found = [parts_sheet(report), services_sheet(report)]
    if report.calls:
        found.append(calls_sheet(report))
    if report.steps:
        found.append(steps_sheet(report))
    if report.steps and report.farm.lines:
        found.append(farm_sheet(report.farm))
    if lines:
        found.append(lines_sheet(report.bill))
    missing = {**report.bill.not_priced, **report.farm.not_priced}
    rows = tuple((what, str(count)) for what, count in sorted(missing.items()))
    found.append(Sheet("Not priced: no price is known, and none is in the sums", ("what", "how many"), rows, 1))
    return (sheet for sheet in found if sheet.rows)


def parts_sheet(report: Report) -> Sheet:
    """What each part of the system costs in each region."""
    regions = list(dict.fromkeys(line.region for line in report.bill.lines))
    in_region = {region: report.bill.within(region).by(lambda line: line.part) for region in regions}
    sums = report.bill.by(lambda line: line.part)
    rows = [(part, *(money(in_region[one].get(part)) for one in regions), money(cost)) for part, cost in sums.items()]
    rows.append(("together", *(money(report.bill.within(one).total) for one in regions), money(report.bill.total)))
    title = f"A month of {report.ground.stage}, in US dollars"
    return Sheet(title, ("part", *regions, "together"), tuple(rows), len(regions) + 1, has_sum=True)


def services_sheet(report: Report) -> Sheet:
    """What each service costs by itself, and with its share of the ground."""
    rows = []
    for service, cost in owners(report).items():
        requests, share = report.requests(service), report.ground_share(service)
        each = money((cost + share) / requests * THOUSAND) if requests else ""
        rows.append(
            (service, whole(requests) if requests else "", money(cost), money(share), money(cost + share), each)
        )
    columns = ("service", "calls", "own", "share of the ground, by calls", "together", "a thousand calls")
    return Sheet("By service", columns, tuple(rows), 5)


def calls_sheet(report: Report) -> Sheet:
    """What a million calls cost by the stage of their route."""
    found = {(one.service, one.column): one for one in report.calls}
    names = [column.name for column in COLUMNS]
    rows = [(service, *(money(found[service, name].total) for name in names)) for service in report.traffic.services]
    weights = {service: report.requests(service) for service in report.traffic.services}
    for label, of in (("all, by their calls", "total"), ("of which the strangler", STRANGLER)):
        sums = (
            sum((weights[service] * getattr(found[service, name], of) for service in weights), Decimal(0))
            for name in names
        )
        rows.append((label, *(money(one / report.all_requests if report.all_requests else one) for one in sums)))
    return Sheet(f"{whole(MILLION)} calls, by the stage of their route", ("service", *names), tuple(rows), len(names))


def steps_sheet(report: Report) -> Sheet:
    """What a month costs at each step of the move, beside the old farm."""
    rows = tuple(
        (one.step.name, *(money(cost) for cost in (one.ground, one.calls, one.strangler, one.farm, one.total)))
        for one in report.steps
    )
    columns = ("step", "ground", "calls", "the strangler adds", "old farm", "together")
    return Sheet("The steps of the move, a month each", columns, rows, 5)


def farm_sheet(farm: Bill) -> Sheet:
    """What the old farm costs."""
    rows = [(line.part, line.what, line.unit, amount(line.quantity), money(line.cost)) for line in farm.lines]
    rows.append(("together", "", "", "", money(farm.total)))
    columns = ("part", "what", "counted in", "how much", "dollars")
    return Sheet("A month of the old farm, as infra/cost/old_farm.toml has it", columns, tuple(rows), 2, has_sum=True)


def lines_sheet(bill: Bill) -> Sheet:
    """Every line of the bill, the dearest first."""
    rows = tuple(
        (
            line.region,
            line.owner or "ground",
            f"{line.part}: {line.what}",
            line.unit,
            amount(line.quantity),
            f"{line.amount.normalize():f}{f' / {line.per:,}' if line.per > 1 else ''}{' *' if line.assumed else ''}",
            money(line.cost),
        )
        for line in sorted(bill.lines, key=lambda line: -line.cost)
    )
    columns = ("region", "owner", "what", "counted in", "how much", "price (* assumed)", "dollars")
    return Sheet("Every line", columns, rows, 3)


def money(dollars: Decimal | None) -> str:
    """Dollars, to the cent."""
    return "" if dollars is None else f"{dollars:,.2f}"


def whole(number: Decimal) -> str:
    """A number without its fractions."""
    return f"{number:,.0f}"


def amount(number: Decimal) -> str:
    """A quantity, as exact as one reads it."""
    return f"{number:,.0f}" if number >= THOUSAND else f"{number:,.2f}"
