"""Where a webhook's URL leads: the addresses of its host, all of which must be public.

The name is resolved once, and the connection goes to one of the very addresses that were looked at: a name server that
answers differently the next time changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ..addresses import is_public

#: Addresses of a host and port. Raises OSError (``socket.gaierror``) or TimeoutError.
Lookup = Callable[[str, int], Sequence[str]]

LOOKUP_SECONDS: Final = 2.0
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
#: Ports below are those of other services (mail, shells, name servers …), but for the web's own.
_FIRST_FREE_PORT: Final = 1024

_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="lookup")


class TargetRefused(Exception):
    """The URL is not called. The text is for the log of deliveries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL, taken apart. ``host`` is a name, or an address without brackets; ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def is_allowed_port(port: int) -> bool:
    """Whether webhooks may call a port: 80, 443, and from 1024 on."""
    return port in _DEFAULT_PORTS.values() or port >= _FIRST_FREE_PORT


def read_target(url: str) -> Target:
    """The parts of a URL, read as browsers do. Raises TargetRefused."""
    from ada_url import URL  # Here, as in ``bodies``.

    try:
        parts = URL(url)
    except ValueError:
        raise TargetRefused("The target URL is not valid") from None
    scheme = parts.protocol.removesuffix(":")
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise TargetRefused("The target URL is not one of http or https")
    if parts.username or parts.password:
        raise TargetRefused("The target URL has a user name or password in it")
    port = int(parts.port) if parts.port else _DEFAULT_PORTS[scheme]
    if not is_allowed_port(port):
        raise TargetRefused(f"Port {port} cannot be called: only 80, 443, and those from {_FIRST_FREE_PORT} on")
    return Target(
        scheme=scheme,
        host=parts.hostname.removeprefix("[").removesuffix("]"),
        port=port,
        path=f"{parts.pathname}{parts.search}",
    )


def resolve(target: Target, lookup: Lookup, *, allow_private: bool) -> list[str]:
    """The addresses to connect to, in the order of preference. Raises TargetRefused when there is none, or when one of
    them is not public.
    """
    try:
        addresses = list(dict.fromkeys(lookup(target.host, target.port)))
    except TimeoutError:
        raise TargetRefused(f"{target.host} could not be resolved within {LOOKUP_SECONDS:g} seconds") from None
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        raise TargetRefused(f"{target.host} could not be resolved")
    for address in addresses:
        # A scope (``fe80::1%eth0``) belongs to addresses of one link: they parse, and are not public.
        if not allow_private and not is_public(ip_address(address)):
            raise TargetRefused(f"{target.host} leads to {address}, which is not a public address")
    return addresses


def system_lookup(host: str, port: int) -> list[str]:
    """The system's own resolver, for no longer than ``LOOKUP_SECONDS``."""
    answer = _pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in answer.result(timeout=LOOKUP_SECONDS)]


def shown(url: str) -> str:
    """A URL for logs: scheme, host, port and path. Queries and user names may hold tokens.

    >>> shown("https://me:pw@hooks.example.com:8443/a?token=b#c"), shown("nonsense")
    ('https://hooks.example.com:8443/a', '(not a URL)')
    """
    from ada_url import URL

    try:
        parts = URL(url)
    except ValueError:
        return "(not a URL)"
    return f"{parts.protocol}//{parts.host}{parts.pathname}"
