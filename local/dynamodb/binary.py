"""Where Dynoxide's program is."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Final

#: Where npm installs: the repository that this package is part of.
_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_MACHINES = {"aarch64": "arm64", "amd64": "x64", "x86_64": "x64"}


class DynoxideMissing(Exception):
    """There is no Dynoxide for this machine. The message says what to do."""


def find_dynoxide() -> Path:
    """The program for this machine, from the npm packages that the repository's package.json names. Raises
    DynoxideMissing.
    """
    package = json.loads((_REPOSITORY / "package.json").read_text(encoding="utf-8"))
    machine = platform.machine().lower()
    wanted = f"@dynoxide/{sys.platform}-{_MACHINES.get(machine, machine)}"
    if wanted not in package.get("optionalDependencies", {}):
        raise DynoxideMissing(f"package.json has no {wanted}: Dynoxide is not made for this machine")
    program = _REPOSITORY / "node_modules" / wanted / "dynoxide"
    if not program.is_file():
        raise DynoxideMissing(f"{wanted} is not installed: run `make install`")
    return program
