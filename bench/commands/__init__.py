"""The commands of ``python -m bench``."""

from __future__ import annotations

from collections.abc import Sequence

from . import comparing, growing, measuring, paying
from .common import Command

COMMANDS: Sequence[Command] = (*measuring.COMMANDS, *growing.COMMANDS, *paying.COMMANDS, *comparing.COMMANDS)
