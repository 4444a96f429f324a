"""The files of this checkout, for tests about the project itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from local.template.document import read_document

ROOT = Path(__file__).parents[2]


@cache
def tracked_files() -> tuple[Path, ...]:
    """What git keeps, relative to ROOT."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file())


def template_document() -> dict[str, Any]:
    """template.yaml with intrinsics in their long form."""
    return read_document(ROOT / "template.yaml")
