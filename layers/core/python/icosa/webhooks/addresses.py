"""Which addresses webhooks may call: public ones. Those of the machine, of private networks and of the cloud's own
services are not, however they are written.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

#: Addresses that stand for an IPv4 address in their last 32 bits (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")
#: Never routed, though ``is_global`` says nothing of them: discard-only, site-local, and 6to4 and Teredo tunnels that
#: end at addresses of any kind.
_CLOSED = tuple(IPv6Network(text) for text in ("100::/64", "fec0::/10", "2001::/32", "64:ff9b:1::/48", "::/96"))


def private_targets_allowed() -> bool:
    """Whether webhooks may call every address: only on the local stack, for receivers on the same machine."""
    return os.environ.get("ALLOW_PRIVATE_TARGETS") == "true"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody on the internet reaches the same machine under the address.

    >>> is_public(ip_address("93.184.216.34")), is_public(ip_address("169.254.169.254")), is_public(ip_address("::1"))
    (True, False, False)
    """
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and address in _TRANSLATED:
            embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
        if embedded is not None:
            return is_public(embedded)
        if any(address in network for network in _CLOSED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_private_literal(host: str) -> bool:
    """Whether the host of a URL in its normal form is an address that is not public, or a name of the machine itself.

    >>> is_private_literal("127.0.0.1"), is_private_literal("[fd00::1]"), is_private_literal("hook.example.com")
    (True, True, False)
    """
    host = host.rstrip(".").lower()
    try:
        return not is_public(ip_address(host.strip("[]")))
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
