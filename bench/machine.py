"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from local.dynamodb.binary import find_dynoxide


def describe() -> str:
    """One line: processor, system, Python, Dynoxide."""
    version = subprocess.run([find_dynoxide(), "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {version}"
    )


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
