"""infra/routes/<service>.toml: read and checked.

    [service]
    name = "reference"            # the file's own name
    contexts = ["/reference"]     # first segments of its paths
    upstream = "reference"        # whose address is TIS_REFERENCE_URL; without it no route can leave legacy
    deadline = 28                 # seconds, unless a route says otherwise
    journey = "reference"         # salt of the canary, unless a route says otherwise
    client_header = "x-client-id" # tells partners apart that send no token
    keep_host = ["legacy"]        # upstreams that are sent the caller's Host, and not their own

    [routes]
    "GET /reference/api/grades/{id}" = "legacy"
    "POST /reference/api/grades/exists/" = { stage = "canary", permyriad = 500, safe = true, deadline = 20, journey = "posts",
        rules = [{ side = "new", header = { x-preview = "1" }, cookie = {…}, query = {…}, claim = {…}, client = "gmc" }] }

GET only reads, and anything else writes, unless `safe` says otherwise. The first rule whose tests all fit pins the caller
to a side; `*` fits any value.

infra/routes/issuers.toml is no service's: its one line, `"TOKEN /issuers/<name>" = "live"`, says how far the move from the
old issuer of tokens to the new one has come, and has stage, permyriad and journey like a route.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from infra.routing.terms import check_head, check_terms
from shared.route_items import ISSUERS, Spec

FOLDER = Path(__file__).resolve().parents[1] / "routes"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NAME = re.compile(rf"({'|'.join(METHODS)}) (/[^/\s]+)((?:/(?:[^/{{}}\s?#]+|\{{\w+\}}))*/?)")
TOKEN_LINE = re.compile(r"(TOKEN) (/[^/\s]+)(/[\w-]+)")


class RoutesError(Exception):
    """Something about the routes that a person can mend; the message is a sentence that names the place."""


def read_files(folder: Path = FOLDER) -> dict[str, Spec]:
    """The routes of each service, by its name; RoutesError with every fault that was found."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise RoutesError(f"There are no route files in {folder}.")
    specs: dict[str, Spec] = {}
    faults: list[str] = []
    for file in files:
        try:
            specs[file.stem] = tomllib.loads(file.read_text())
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{file.name} is not TOML, or tells a key twice: {error}.")
        else:
            faults += [f"{file.name}: {fault}" for fault in faults_of(specs[file.stem], file.stem)]
    faults += [f"{twin} stand for the same route." for twin in twins(specs)]
    if faults:
        raise RoutesError("\n".join(faults))
    return specs


def faults_of(spec: Spec, name: str) -> Iterable[str]:
    """What is wrong with a service's routes, a sentence each."""
    if set(spec) != {"service", "routes"}:
        yield "it must hold [service] and [routes], and nothing else."
        return
    head = spec["service"]
    head_faults = list(check_head(head, name))
    yield from head_faults
    if head_faults:
        return
    if name == ISSUERS and len(spec["routes"]) != 1:
        yield "it must hold one line, which says how far the move to the new issuer has come."
    for route, terms in spec["routes"].items():
        shape = (TOKEN_LINE if name == ISSUERS else NAME).fullmatch(route)
        if shape is None and name == ISSUERS:
            yield f'"{route}" is not of the form "TOKEN /issuers/name".'
        elif shape is None:
            yield f'"{route}" is not of the form "METHOD /path/{{parameter}}", with METHOD one of {", ".join(METHODS)}.'
        elif shape[2] not in head["contexts"]:
            yield f'"{route}" is not below {" or ".join(head["contexts"])}.'
        yield from (f'"{route}": {fault}' for fault in check_terms(terms, head))


def twins(specs: Mapping[str, Spec]) -> Iterable[str]:
    """Routes that differ in nothing but their service or the names of their parameters."""
    seen: dict[str, str] = {}
    for service, spec in specs.items():
        for route in spec.get("routes", {}):
            place = f'{service}.toml "{route}"'
            if (other := seen.setdefault(anonymous(route), place)) != place:
                yield f"{other} and {place}"


def anonymous(route: str) -> str:
    """A route without the names of its parameters."""
    return re.sub(r"\{[^/]*\}", "{}", route)


def line_of(route: str, service: str, folder: Path = FOLDER) -> int | None:
    """The line where a route stands in its file."""
    lines = (folder / f"{service}.toml").read_text().splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f'"{route}"')), None)
