"""The files of the console as its build left them, all of them in memory.

Whatever is not in the table that is made here cannot be asked for, however a path is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_INDEX: Final = "index.html"
_ASSETS: Final = "assets"
_GZIP: Final = ".gz"
_UTF8: Final = "; charset=utf-8"
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": f"text/css{_UTF8}",
    ".html": f"text/html{_UTF8}",
    ".ico": "image/x-icon",
    ".js": f"text/javascript{_UTF8}",
    ".json": f"application/json{_UTF8}",
    ".map": f"application/json{_UTF8}",
    ".mjs": f"text/javascript{_UTF8}",
    ".png": "image/png",
    ".svg": f"image/svg+xml{_UTF8}",
    ".ttf": "font/ttf",
    ".txt": f"text/plain{_UTF8}",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file whose name changes with its content. A large one has no ``plain`` form, a small or packed one no
    ``packed`` (gzip).
    """

    media_type: str
    plain: bytes | None
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class Site:
    """``index`` is the page of every address, None where no console was built; ``assets`` are by path below
    ``assets/``.
    """

    index: str | None
    assets: Mapping[str, Asset]

    @classmethod
    def read(cls, folder: Path) -> Site:
        """The site in a folder; an empty one where there is no such folder."""
        index = folder / _INDEX
        return cls(index.read_text(encoding="utf-8") if index.is_file() else None, _assets(folder / _ASSETS))


def _assets(folder: Path) -> dict[str, Asset]:
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    names = {name.removesuffix(_GZIP) for name in files}
    return {
        name: Asset(
            media_type=_MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream"),
            plain=files[name].read_bytes() if name in files else None,
            packed=files[name + _GZIP].read_bytes() if name + _GZIP in files else None,
        )
        for name in names
    }
