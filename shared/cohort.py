"""Which callers a canary serves: a stable share of them, the same for every route of a journey. Pure."""

from hashlib import blake2b

PERMYRIADS = 10_000


def bucket(salt: str, identity: str) -> int:
    """A caller's place among 10,000, evenly spread and unrelated between salts."""
    digest = blake2b(f"{salt}\0{identity}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % PERMYRIADS


def in_cohort(salt: str, identity: str, permyriad: int) -> bool:
    """Is the caller in a canary of `permyriad` ten-thousandths? Who is stays so when it grows."""
    return bucket(salt, identity) < permyriad
