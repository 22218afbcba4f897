"""The known faults of the old services that are mended here, as recorded/*/README.md names them: their exchanges are excused.

A mended fault is not listed while its recorded exchanges pass all the same: `put-roles-500` shows new roles alone, which
are still refused.
"""

from typing import Final

MENDED: Final = {
    "reference": frozenset[str](),
    "profile": frozenset(
        {
            "active-null",
            "audit-before-refusal",
            "blank-name-saves",
            "get-writes-none",
            "language-500",
            "patch-delete-500",
            "post-existing",
            "role-case",
            "token-not-verified",
            "trusts-doubled",
            "trusts-null-saves",
        }
    ),
}
