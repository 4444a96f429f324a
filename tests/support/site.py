"""A small site in the form in which the console's build leaves one."""

from __future__ import annotations

import gzip
from pathlib import Path

INDEX = '<!doctype html><html lang="en"><head><base href="/"><title>Console</title></head><body></body></html>'
SCRIPT = b"export const answer = 42;\n" * 100
LARGE = b"/* a playground */\n" * 60_000
FONT = bytes(range(256))


def write_site(folder: Path) -> Path:
    """``index.html``, a script in both forms, a large one that is packed only, and a font."""
    assets = folder / "assets"
    assets.mkdir(parents=True)
    (folder / "index.html").write_text(INDEX, encoding="utf-8")
    (folder / "THIRD-PARTY.txt").write_text("nobody", encoding="utf-8")
    (assets / "app-1a2b.js").write_bytes(SCRIPT)
    (assets / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "large-3c4d.js.gz").write_bytes(gzip.compress(LARGE))
    (assets / "font-5e6f.woff2").write_bytes(FONT)
    return folder
