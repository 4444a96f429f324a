"""Which addresses webhooks may call: public ones. Those of the machine, of private networks and of the cloud's own
services are not, however they are written.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

#: The part of IPv6 that is routed on the internet. Outside are all addresses that stand for an IPv4 address (mapped,
#: compatible, translated: RFC 4291, RFC 6052), of which ``is_global`` lets some through, and site-local ones.
_ROUTED: Final = IPv6Network("2000::/3")
#: Inside it, 6to4, a tunnel that ends at addresses of any kind; addresses of protocols, Teredo and the nearest router
#: among them (RFC 2928, RFC 7723); and those of examples (RFC 9637). ``is_global`` lets parts of them through.
_CLOSED_6: Final = (IPv6Network("2002::/16"), IPv6Network("2001::/23"), IPv6Network("3fff::/20"))
#: Addresses of protocols again, and relays of 6to4, given up by RFC 7526.
_CLOSED_4: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))

#: The variable that lets webhooks call private addresses. The local stack sets it, for receivers on the same machine.
ALLOW_PRIVATE_TARGETS: Final = "ALLOW_PRIVATE_TARGETS"


def private_targets_allowed() -> bool:
    """Whether this installation lets webhooks call its own network."""
    return os.environ.get(ALLOW_PRIVATE_TARGETS) == "true"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether everybody on the internet reaches the same machine under the address.

    >>> is_public(ip_address("93.184.216.34")), is_public(ip_address("169.254.169.254")), is_public(ip_address("::1"))
    (True, False, False)
    """
    if isinstance(address, IPv6Address):
        closed = address not in _ROUTED or any(address in network for network in _CLOSED_6)
    else:
        closed = any(address in network for network in _CLOSED_4)
    return not closed and address.is_global and not (address.is_multicast or address.is_reserved)


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
