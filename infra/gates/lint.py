"""The lint gate: cfn-lint on every template, for both regions, warnings too."""

import json
from collections.abc import Iterator
from typing import Any

from infra.gates.findings import Finding
from infra.gates.waivers import bare
from infra.ground.standing import REGIONS, Ground

GATE = "lint"


def break_lint(ground: Ground) -> Iterator[Finding]:
    """Everything that cfn-lint has to say, without regard to exceptions."""
    # Nearly a second that no other command should pay; and one runner for all templates, as it reads its rules anew for each.
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    runner = Runner(ConfigMixIn(regions=list(REGIONS)))
    for name, template in ground.templates.items():
        decoded, faults = decode_str(json.dumps(bare(template)))
        for match in faults or runner.validate_template(decoded):
            yield told(ground.file(name), match)


def told(file: str, match: Any) -> Finding:
    """A match of cfn-lint as a finding."""
    path = [str(part) for part in getattr(match, "path", None) or ()]
    resource, place = (path[1], path[2:]) if path[:1] == ["Resources"] and len(path) > 1 else ("", path)
    where = f" at {'/'.join(place)}" if place else ""
    return Finding(
        GATE,
        file,
        resource,
        match.rule.id,
        f"{match.message.rstrip('.')}{where}.",
        f"{match.rule.description.strip().rstrip('.')}.",
    )
