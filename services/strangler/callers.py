"""Who calls: the first of a verified token's user, a partner's client id, a signed cookie, a network and a browser."""

import hmac

from services.strangler.incoming import Incoming
from shared.stages import user_identity

COOKIE = "tis_caller"  # `identity.signature`, made by `signed`


def identity(incoming: Incoming, client_header: str) -> str:
    """A name that stays the same from call to call, by the order of precedence above."""
    if incoming.identity is not None:
        return user_identity(incoming.identity.user)
    if client_header and (client := incoming.headers.get(client_header.lower())):
        return f"client:{client[0]}"
    for value in incoming.cookies.get(COOKIE, ()):
        name, _, _ = value.rpartition(".")
        if incoming.cookie_key and hmac.compare_digest(value.encode(), signed(name, incoming.cookie_key).encode()):
            return f"cookie:{name}"
    return f"network:{network(incoming.source_ip)}:{incoming.headers.get('user-agent', ('',))[0]}"


def signed(name: str, key: str) -> str:
    """The cookie that lets a caller without a token be known by a name."""
    return f"{name}.{hmac.digest(key.encode(), name.encode(), 'sha256').hex()}"


def network(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one."""
    if ":" not in address:
        return address.rpartition(".")[0]
    import ipaddress  # noqa: PLC0415 - only for callers by IPv6 without any better name

    try:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    except ValueError:
        return address
