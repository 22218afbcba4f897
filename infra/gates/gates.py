"""All gates, and the whole of what they find."""

from collections.abc import Callable, Collection, Iterator, Mapping

from infra.gates.checkov import break_checkov
from infra.gates.findings import Finding
from infra.gates.guard import break_rules
from infra.gates.links import break_links
from infra.gates.lint import break_lint
from infra.gates.losses import break_losses
from infra.gates.parameters import break_parameters
from infra.gates.partners import break_partners
from infra.gates.permissions import break_permissions
from infra.gates.reach import break_reach
from infra.gates.regions import break_regions
from infra.gates.waivers import excuse, read_waivers
from infra.gates.ways_out import break_ways_out
from infra.ground.standing import Ground

GATES: Mapping[str, Callable[[Ground], Iterator[Finding]]] = {
    "lint": break_lint,
    "links": break_links,
    "parameters": break_parameters,
    "guard": break_rules,
    "permissions": break_permissions,
    "reach": break_reach,
    "ways-out": break_ways_out,
    "losses": break_losses,
    "regions": break_regions,
    "partners": break_partners,
    "checkov": break_checkov,
}


def find_faults(ground: Ground, skipped: Collection[str] = ()) -> list[Finding]:
    """What all gates but those skipped find, less what is excused; in the order of the gates and of the files."""
    ran = [name for name in GATES if name not in skipped]
    found = [finding for name in ran for finding in GATES[name](ground)]
    return list(excuse(found, read_waivers(ground), ran))
