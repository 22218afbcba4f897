"""What the profile service is told by its environment besides what every service is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """TIS_REFERENCE_URL: where the gateway serves reference, its context path included."""

    reference_url: str
