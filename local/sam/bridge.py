"""This machine's address as containers see it."""

from __future__ import annotations

import fcntl
import socket
import struct
import subprocess
import sys

from local.sam.errors import Unprepared

#: Linux: the IPv4 address of an interface (netdevice(7)).
_SIOCGIFADDR = 0x8915
#: How Docker calls the interface of its bridge, unless it is told otherwise.
_INTERFACE = "docker0"
_FIELDS = '{{(index .IPAM.Config 0).Gateway}}|{{index .Options "com.docker.network.bridge.name"}}'


def docker_gateway() -> str | None:
    """The machine's address on Docker's bridge; None where containers reach the loopback interface by name (Docker
    Desktop).

    A daemon may not tell it before its second start, so it is looked for at the interface, too. Raises Unprepared.
    """
    if sys.platform != "linux":
        return None
    command = ["docker", "network", "inspect", "bridge", "--format", _FIELDS]
    try:
        told = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unprepared("sam local needs Docker, and it does not answer") from error
    gateway, _, interface = told.partition("|")
    address = _known(gateway) or interface_address(_known(interface) or _INTERFACE)
    if address is None:
        raise Unprepared(
            f"Docker's bridge has no address that containers could reach this machine at: neither does `docker network "
            f"inspect bridge` tell one, nor has the interface {_known(interface) or _INTERFACE}. Start the daemon again"
        )
    return address


def interface_address(name: str) -> str | None:
    """The IPv4 address of a network interface; None when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])


def _known(text: str) -> str:
    """What Docker's templates tell, empty for what they do not have."""
    return "" if text in {"<no value>", "<nil>"} else text
